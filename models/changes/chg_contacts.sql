-- Contacts that are made again, because their rows came again or name identifiers
-- that moved;
-- each with the customer-day on which it lay, if it was known before.
-- depends_on: {{ ref("stg_contacts") }}, {{ ref("chg_identifiers_moved") }}
{% if only_changes() %}
    with

        moved as (select * from {{ ref("chg_identifiers_moved") }}),

        ids as (
            select contact_id
            from {{ source("raw", "contacts") }}
            union
            select contact_id
            from {{ ref("stg_contacts") }}
            where
                customer_id in (
                    select moved.identifier_value
                    from moved
                    where moved.identifier_type = 'customer_id'
                )
            union
            select contact_id
            from {{ ref("stg_contacts") }}
            where
                email in (
                    select moved.identifier_value
                    from moved
                    where moved.identifier_type = 'email'
                )
            union
            select contact_id
            from {{ ref("stg_contacts") }}
            where
                contact_id in (
                    select moved.identifier_value
                    from moved
                    where moved.identifier_type = 'contact_id'
                )
        ),

        before as (
            select contact_id, customer_key, created_date as activity_date
            from {{ previous("int_contact__owners") }}
            where contact_id in (select ids.contact_id from ids)
        ),

        final as (
            select ids.contact_id, before.customer_key, before.activity_date
            from ids
            left join before on ids.contact_id = before.contact_id
        )

    select *
    from final
{% else %} {{ no_rows({"contact_id": dbt.type_string()}) }}
{% endif %}
