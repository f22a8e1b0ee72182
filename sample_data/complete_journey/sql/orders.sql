-- One row per basket. Amounts are added as decimals, so that the sums do not depend on
-- the order of the lines.
with
    basket_lines as (
        select
            transactions.basket_id,
            transactions.household_id,
            transactions.store_id,
            transactions.transaction_timestamp,
            cast(transactions.sales_value as decimal(18, 2)) as received_amount,
            cast(transactions.retail_disc as decimal(18, 2)) as card_discount_amount,
            cast(
                transactions.coupon_match_disc as decimal(18, 2)
            ) as match_discount_amount,
            cast(
                transactions.coupon_disc as decimal(18, 2)
            ) as manufacturer_coupon_amount,
            -- Fuel comes in thousandths of a gallon: filling up once is one item.
            case
                when products.product_type = 'GASOLINE-REG UNLEADED'
                then least(transactions.quantity, 1)
                else transactions.quantity
            end as item_count,
        from transactions
        left join products on transactions.product_id = products.product_id
    ),

    baskets as (
        select
            basket_id,
            household_id,
            store_id,
            transaction_timestamp,
            sum(received_amount) as received_amount,
            sum(card_discount_amount + match_discount_amount) as discount_amount,
            sum(manufacturer_coupon_amount) as manufacturer_coupon_amount,
            sum(item_count) as item_count,
        from basket_lines
        group by basket_id, household_id, store_id, transaction_timestamp
    ),

    final as (
        select
            cast(basket_id as varchar) as order_id,
            cast(household_id as varchar) as customer_id,
            transaction_timestamp at time zone 'UTC' as ordered_at,
            'completed' as order_status,
            'sale' as order_type,
            'USD' as currency,
            cast(received_amount + discount_amount as decimal(18, 2)) as gross_amount,
            cast(discount_amount as decimal(18, 2)) as discount_amount,
            cast(0 as decimal(18, 2)) as refund_amount,
            'store' as sales_channel,
            cast(store_id as varchar) as store_id,
            cast(item_count as bigint) as item_count,
            cast(
                manufacturer_coupon_amount as decimal(18, 2)
            ) as manufacturer_coupon_amount,
        from baskets
    )

select *
from final
order by ordered_at, order_id
