-- Touches that are made again, because their rows came again or name identifiers that
-- moved;
-- each with the customer-day on which it lay, if it was known before.
-- depends_on: {{ ref("stg_crm_touches") }}, {{ ref("chg_identifiers_moved") }}
{% if only_changes() %}
    with

        moved as (select * from {{ ref("chg_identifiers_moved") }}),

        ids as (
            select touch_id
            from {{ source("raw", "crm_touches") }}
            union
            select touch_id
            from {{ ref("stg_crm_touches") }}
            where
                customer_id in (
                    select moved.identifier_value
                    from moved
                    where moved.identifier_type = 'customer_id'
                )
            union
            select touch_id
            from {{ ref("stg_crm_touches") }}
            where
                email in (
                    select moved.identifier_value
                    from moved
                    where moved.identifier_type = 'email'
                )
            union
            select touch_id
            from {{ ref("stg_crm_touches") }}
            where
                contact_id in (
                    select moved.identifier_value
                    from moved
                    where moved.identifier_type = 'contact_id'
                )
        ),

        before as (
            select touch_id, customer_key, touch_date as activity_date
            from {{ previous("fct_crm_touches") }}
            where touch_id in (select ids.touch_id from ids)
        ),

        final as (
            select ids.touch_id, before.customer_key, before.activity_date
            from ids
            left join before on ids.touch_id = before.touch_id
        )

    select *
    from final
{% else %} {{ no_rows({"touch_id": dbt.type_string()}) }}
{% endif %}
