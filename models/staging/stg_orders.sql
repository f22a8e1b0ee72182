with

    orders as (select * from {{ source("raw", "orders") }}),

    stores as (select * from {{ ref("stores") }}),

    ranked as (
        {{
            ranked_versions(
                "orders",
                "order_id",
                "coalesce(updated_at, ordered_at)",
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
                ],
            )
        }}
    ),

    final as (
        select
            ranked.order_id,
            ranked.customer_id,
            lower(ranked.email) as email,
            ranked.ordered_at,
            {{
                local_date(
                    "ranked.ordered_at",
                    "coalesce(stores.timezone, " ~ setting("business_timezone") ~ ")",
                )
            }} as order_date,
            coalesce(ranked.updated_at, ranked.ordered_at) as updated_at,
            ranked.order_status,
            coalesce(ranked.order_type, 'sale') as order_type,
            ranked.currency,
            ranked.gross_amount,
            coalesce(ranked.discount_amount, 0) as discount_amount,
            coalesce(ranked.refund_amount, 0) as refund_amount,
            ranked.coupon_code,
            ranked.subscription_id,
            ranked.sales_channel,
            ranked.store_id,
            ranked.policy_segment,
            ranked.item_count
        from ranked
        left join stores on ranked.store_id = stores.store_id
        where ranked.version_rank = 1
    )

select *
from final
