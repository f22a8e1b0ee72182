-- feed: orders
-- optional: paid_date, discount_total, customer_id, customer_email, billing_email
-- optional: coupon_items, refund_items
--
-- WooCommerce, "Import and Export of WooCommerce Orders"
-- (woocommerce.com/document/import-and-export-of-woocommerce-orders): a CSV with one
-- row per order. Times are the shop's own clock: set source_timezone_orders.
-- refund_items holds "amount:5.00|reason:...|date:..." for each refund, with ; between.
with
    orders as (
        select
            *,
            replace(lower(status), 'wc-', '') as order_state,
            coalesce(
                try_cast(order_date as timestamp),
                try_strptime(order_date, '%m/%d/%Y %H:%M:%S')
            ) as ordered,
            try_cast(paid_date as timestamp) as paid,
            try_cast(order_subtotal as decimal(18, 2))
            - coalesce(try_cast(discount_total as decimal(18, 2)), 0) as due,
            cast(
                regexp_extract_all(
                    refund_items, '(?:^|;)\s*amount:([0-9]+[.]?[0-9]*)', 1
                ) as decimal(18, 2)[]
            ) as refunds
        from export
    )

select
    _row_number,
    order_id,
    nullif(customer_id, '0') as customer_id,
    coalesce(billing_email, customer_email) as email,
    coalesce(cast(ordered as varchar), order_date) as ordered_at,
    greatest(ordered, paid) as updated_at,
    case
        when order_state = 'processing'
        then 'paid'
        when order_state in ('on-hold', 'checkout-draft')
        then 'pending'
        when order_state in ('failed', 'trash')
        then 'cancelled'
        else order_state
    end as order_status,
    order_currency as currency,
    -- the items at their list price, without shipping and taxes
    order_subtotal as gross_amount,
    discount_total as discount_amount,
    -- a refund covers shipping and taxes too; it counts up to the value of the items
    case
        when order_state = 'refunded' or list_sum(refunds) > due
        then due
        else list_sum(refunds)
    end as refund_amount,
    nullif(regexp_extract(coupon_items, 'code:([^|;]+)', 1), '') as coupon_code,
    'web' as sales_channel
from orders
