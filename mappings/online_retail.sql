-- feed: orders
-- optional: Country
-- encoding: latin-1
--
-- "Online Retail" of the UCI Machine Learning Repository (archive.ics.uci.edu, data set
-- 352), its one sheet saved as CSV: one row per line of an invoice, pounds, London
-- time.
-- An InvoiceNo that begins with C is a credit note. It names no invoice, so it becomes
-- a cancelled order of its own and the invoice that it takes back stays. Adjustments of
-- bad debt (A) are nobody's order and are passed over. Dates are ISO, or as Excel
-- writes
-- them: month first with /, unless some day is beyond 12; day first with -.
with
    lines as (
        select
            *,
            upper(left("InvoiceNo", 1)) as kind,
            try_cast("Quantity" as bigint) as pieces,
            try_cast("Quantity" as bigint)
            * try_cast("UnitPrice" as decimal(18, 3)) as amount,
            coalesce(
                max(try_cast(split_part("InvoiceDate", '/', 1) as integer)) over ()
                > 12,
                false
            ) as is_day_first
        from export
    ),

    dated as (
        select
            *,
            coalesce(
                try_cast("InvoiceDate" as timestamp),
                try_strptime("InvoiceDate", '%d-%m-%Y %H:%M'),
                case
                    when is_day_first
                    then try_strptime("InvoiceDate", '%d/%m/%Y %H:%M')
                    else try_strptime("InvoiceDate", '%m/%d/%Y %H:%M')
                end
            ) as invoiced
        from lines
        where kind is distinct from 'A'
    )

select
    min(_row_number) as _row_number,
    count(*) as _export_rows,
    "InvoiceNo" as order_id,
    -- some programs write the numbers as 17850.0
    regexp_replace(max("CustomerID"), '[.]0$', '') as customer_id,
    coalesce(
        cast(min(invoiced) at time zone 'Europe/London' as varchar), min("InvoiceDate")
    ) as ordered_at,
    case
        when any_value(kind) = 'C' then 'cancelled' else 'completed'
    end as order_status,
    'GBP' as currency,
    -- a line without a number makes its invoice one without an amount
    case
        when count(*) > count(amount)
        then null
        when any_value(kind) = 'C'
        then abs(sum(amount))
        else sum(amount)
    end as gross_amount,
    abs(sum(pieces)) as item_count,
    'online' as sales_channel
from dated
group by "InvoiceNo", case when "InvoiceNo" is null then _row_number end
