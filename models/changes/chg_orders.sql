-- Orders that are made again, because their rows came again or name identifiers that
-- moved;
-- each with the customer-day on which it lay, if it was known before.
-- depends_on: {{ ref("stg_orders") }}, {{ ref("chg_identifiers_moved") }}
{% if only_changes() %}
    with

        moved as (select * from {{ ref("chg_identifiers_moved") }}),

        ids as (
            select order_id
            from {{ source("raw", "orders") }}
            union
            select order_id
            from {{ ref("stg_orders") }}
            where
                customer_id in (
                    select moved.identifier_value
                    from moved
                    where moved.identifier_type = 'customer_id'
                )
            union
            select order_id
            from {{ ref("stg_orders") }}
            where
                email in (
                    select moved.identifier_value
                    from moved
                    where moved.identifier_type = 'email'
                )
        ),

        before as (
            select order_id, customer_key, order_date as activity_date
            from {{ previous("fct_orders") }}
            where order_id in (select ids.order_id from ids)
        ),

        final as (
            select ids.order_id, before.customer_key, before.activity_date
            from ids
            left join before on ids.order_id = before.order_id
        )

    select *
    from final
{% else %} {{ no_rows({"order_id": dbt.type_string()}) }}
{% endif %}
