{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["order_id"],
        meta={"scope": "chg_orders_before", "feed": "orders"},
    )
}}

{%- set before = ref("chg_orders_before") %}

with

    orders as {{ inlined() }} ({{ raw_rows("orders") }}),

    stores as (
        select {{ hashed_key("store_id") }} as store_id, timezone
        from {{ ref("stores") }}
    ),

    versions as {{ inlined() }} (
        select
            orders.order_id,
            {{ without_placeholder("orders.customer_id") }} as customer_id,
            {{ email_without_placeholder("orders.email") }} as email,
            orders.ordered_at,
            {{
                local_date(
                    "orders.ordered_at",
                    "coalesce(stores.timezone, " ~ setting("business_timezone") ~ ")",
                )
            }} as order_date,
            coalesce(orders.updated_at, orders.ordered_at) as updated_at,
            orders.order_status,
            coalesce(orders.order_type, 'sale') as order_type,
            orders.currency,
            orders.gross_amount,
            coalesce(orders.discount_amount, 0) as discount_amount,
            coalesce(orders.refund_amount, 0) as refund_amount,
            orders.coupon_code,
            orders.subscription_id,
            orders.sales_channel,
            orders.store_id,
            orders.policy_segment,
            orders.item_count,
            orders.returns_order_id
        from orders
        left join stores on orders.store_id = stores.store_id
        {%- if only_changes() %}
            -- a row that comes again competes with what it was
            union all
            select *
            from {{ before }}
        {%- endif %}
    ),

    ranked as (
        {{
            ranked_versions(
                "versions",
                "order_id",
                "updated_at",
                [
                    "ordered_at",
                    "customer_id",
                    "email",
                    "order_status",
                    "order_type",
                    "currency",
                    "gross_amount",
                    "discount_amount",
                    "refund_amount",
                    "coupon_code",
                    "subscription_id",
                    "sales_channel",
                    "store_id",
                    "policy_segment",
                    "item_count",
                    "returns_order_id",
                ],
            )
        }}
    ),

    final as (
        select
            order_id,
            customer_id,
            email,
            ordered_at,
            order_date,
            updated_at,
            order_status,
            order_type,
            currency,
            gross_amount,
            discount_amount,
            refund_amount,
            coupon_code,
            subscription_id,
            sales_channel,
            store_id,
            policy_segment,
            item_count,
            returns_order_id
        from ranked
        where version_rank = 1
    )

select *
from final
