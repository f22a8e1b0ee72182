-- Identifiers whose customer is found again: those that changed sightings name,
-- those seen with one that began or ceased to be shared, and all that were one
-- customer with them.
-- depends_on: {{ ref("chg_identifiers_seen") }}
-- depends_on: {{ ref("int_identifier__known") }}
-- depends_on: {{ ref("int_identifier__sightings") }}
{% if only_changes() %}
    with

        seen as (select * from {{ ref("chg_identifiers_seen") }}),

        known as (select * from {{ ref("int_identifier__known") }}),

        sightings as (select * from {{ ref("int_identifier__sightings") }}),

        resolved as (select * from {{ previous("int_identifier__resolved") }}),

        turned as (
            select seen.identifier
            from seen
            left join known on seen.identifier = known.identifier
            where seen.was_shared <> coalesce(known.is_shared, false)
        ),

        -- a customer_id is never shared
        neighbours as (
            select customer_identifier, email_identifier, contact_identifier
            from sightings
            where email_identifier in (select turned.identifier from turned)
            union all
            select customer_identifier, email_identifier, contact_identifier
            from sightings
            where contact_identifier in (select turned.identifier from turned)
        ),

        touched as (
            select identifier
            from seen
            union
            select customer_identifier as identifier
            from neighbours
            union
            select email_identifier as identifier
            from neighbours
            union
            select contact_identifier as identifier
            from neighbours
        ),

        customers as (
            select distinct resolved.customer_key
            from resolved
            inner join touched on resolved.identifier = touched.identifier
        ),

        together as (
            select resolved.identifier, resolved.customer_key
            from resolved
            inner join customers on resolved.customer_key = customers.customer_key
        ),

        final as (
            select
                coalesce(together.identifier, touched.identifier) as identifier,
                together.customer_key as previous_customer_key
            from touched
            full outer join together on touched.identifier = together.identifier
            where coalesce(together.identifier, touched.identifier) is not null
        )

    select *
    from final
{% else %} {{ no_rows({"identifier": dbt.type_string()}) }}
{% endif %}
