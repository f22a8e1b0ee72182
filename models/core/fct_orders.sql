{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["order_id"],
        meta={"scope": "chg_orders", "day": "order_date"},
    )
}}

{%- set changes = ref("chg_orders") %}

with

    shared_customers as ({{ shared_customer_ids() }}),

    orders as (
        select
            *,
            {{ first_identifier(["customer_id", "email"], "shared_customers") }}
            as identifier,
            gross_amount - discount_amount - refund_amount as order_net_amount
        from {{ rows_to_make(ref("stg_orders"), changes) }}
    ),

    resolved as (select * from {{ ref("int_identifier__resolved") }}),

    rates as (select * from {{ ref("int_currency__rates") }}),

    converted as (
        select
            orders.*,
            rates.exchange_rate,
            {% for amount in ["gross_amount", "discount_amount", "refund_amount"] %}
                {{ converted_amount("orders." ~ amount, "rates") }}
                as reported_{{ amount }},
            {% endfor %}
            {{ converted_amount("orders.order_net_amount", "rates") }}
            as reported_net_amount
        from orders
        inner join
            rates
            on orders.currency = rates.currency
            and orders.order_date >= rates.valid_from
            and orders.order_date < rates.valid_to
    ),

    final as (
        select
            converted.order_id,
            coalesce(resolved.customer_key, 'unknown') as customer_key,
            converted.store_id,
            case
                when converted.sales_channel is not null
                then 'sales:' || converted.sales_channel
            end as channel_key,
            converted.order_date,
            converted.ordered_at,
            converted.updated_at,
            converted.order_type,
            converted.returns_order_id,
            converted.order_status,
            converted.order_type = 'sale'
            and converted.order_status in ('paid', 'fulfilled', 'completed', 'refunded')
            and converted.order_net_amount > 0 as is_purchase,
            -- refunded in full: nothing is left of what was charged
            converted.order_type = 'sale'
            and converted.gross_amount - converted.discount_amount > 0
            and converted.refund_amount
            >= converted.gross_amount - converted.discount_amount as is_fully_refunded,
            converted.subscription_id is not null as is_subscription,
            converted.reported_gross_amount as gross_amount,
            converted.reported_discount_amount as discount_amount,
            converted.reported_refund_amount as refund_amount,
            converted.reported_net_amount as net_amount,
            converted.currency,
            converted.exchange_rate,
            converted.order_net_amount as order_currency_net_amount,
            converted.item_count,
            converted.coupon_code,
            converted.subscription_id,
            converted.sales_channel,
            converted.policy_segment
        from converted
        left join resolved on converted.identifier = resolved.identifier
    )

select *
from final
