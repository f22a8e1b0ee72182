-- Orders of which rows have come again, as the last build knew them.
{% if only_changes() %}
    with

        orders as (select * from {{ source("raw", "orders") }}),

        before as (select * from {{ previous("stg_orders") }}),

        final as (
            select * from before where order_id in (select orders.order_id from orders)
        )

    select *
    from final
{% else %} {{ no_rows({"order_id": dbt.type_string()}) }}
{% endif %}
