-- feed: orders
-- optional: Paid at, Fulfillment Status, Fulfilled at, Cancelled at, Refunded Amount
-- optional: Discount Code, Discount Amount, Payment Method, Source
--
-- Shopify admin, Orders, Export: a CSV with one row per line item. Only the first row
-- of an order has the order's values; the others have its Name (or none) and an item.
-- Subtotal is after discounts and before shipping and taxes. A refund has no date, so
-- a later export shows it as more refunded of an order that is otherwise the same.
with
    named as (
        select
            *,
            case
                when "Name" is not null
                then "Name"
                when "Financial Status" is null and "Created at" is null
                then last_value("Name" ignore nulls) over (order by _row_number)
                -- an order without a name stands alone, and will be quarantined
                else 'row ' || _row_number
            end as order_name
        from export
    ),

    lines as (
        select
            *,
            row_number() over (
                partition by order_name order by _row_number
            ) as line_of_order,
            count(*) over (partition by order_name) as lines_of_order,
            sum(try_cast("Lineitem quantity" as integer)) over (
                partition by order_name
            ) as items
        from named
    ),

    orders as (
        select
            *,
            -- 2026-01-05 10:00:00 +0100 has a blank too many
            regexp_replace("Created at", ' ([+-])', '\1') as created_at,
            regexp_replace("Paid at", ' ([+-])', '\1') as paid_at,
            regexp_replace("Fulfilled at", ' ([+-])', '\1') as fulfilled_at,
            regexp_replace("Cancelled at", ' ([+-])', '\1') as cancelled_at,
            try_cast("Subtotal" as decimal(18, 2)) as items_due,
            coalesce(try_cast("Discount Amount" as decimal(18, 2)), 0) as discount,
            try_cast("Refunded Amount" as decimal(18, 2)) as refunded
        from lines
        where line_of_order = 1
    )

select
    _row_number,
    lines_of_order as _export_rows,
    "Name" as order_id,
    "Email" as email,
    created_at as ordered_at,
    greatest(
        try_cast(created_at as timestamptz),
        try_cast(paid_at as timestamptz),
        try_cast(fulfilled_at as timestamptz),
        try_cast(cancelled_at as timestamptz)
    ) as updated_at,
    case
        when "Cancelled at" is not null
        then 'cancelled'
        when "Financial Status" in ('voided', 'expired')
        then 'cancelled'
        when "Financial Status" in ('authorized', 'partially_paid')
        then 'pending'
        when "Financial Status" not in ('paid', 'partially_refunded')
        then "Financial Status"
        when "Financial Status" is not null and "Fulfillment Status" = 'fulfilled'
        then 'fulfilled'
        when "Financial Status" is not null
        then 'paid'
    end as order_status,
    -- Shopify's payment provider for trying a shop out
    case
        when "Payment Method" ilike '%bogus%' then 'test' else 'sale'
    end as order_type,
    "Currency" as currency,
    coalesce(cast(items_due + discount as varchar), "Subtotal") as gross_amount,
    "Discount Amount" as discount_amount,
    -- a refund covers shipping and taxes too; it counts up to the value of the items
    case
        when "Financial Status" = 'refunded' or refunded > items_due
        then cast(items_due as varchar)
        else "Refunded Amount"
    end as refund_amount,
    "Discount Code" as coupon_code,
    lower("Source") as sales_channel,
    items as item_count
from orders
