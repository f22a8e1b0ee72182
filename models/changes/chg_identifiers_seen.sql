-- Identifiers that changed sightings name, and what the last build knew of them.
-- depends_on: {{ ref("chg_sightings") }}
{% if only_changes() %}
    with

        sightings as (select * from {{ ref("chg_sightings") }}),

        known as (select * from {{ previous("int_identifier__known") }}),

        named as (
            select customer_identifier as identifier
            from sightings
            union
            select email_identifier as identifier
            from sightings
            union
            select contact_identifier as identifier
            from sightings
        ),

        final as (
            select
                named.identifier,
                known.identifier is not null as was_known,
                coalesce(known.is_shared, false) as was_shared
            from named
            left join known on named.identifier = known.identifier
            where named.identifier is not null
        )

    select *
    from final
{% else %} {{ no_rows({"identifier": dbt.type_string()}) }}
{% endif %}
