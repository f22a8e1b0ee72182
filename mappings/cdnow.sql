-- feed: orders
-- columns: customer_id, date, quantity, dollars
-- separator: blanks
--
-- The purchase log of CDNOW (brucehardie.com/datasets, CDNOW_master.txt): one row per
-- purchase, no header, numbers between blanks, days as 19970101, dollars. Purchases
-- have
-- no number of their own: the order_id is customer, day and how many came before.
select
    _row_number,
    customer_id
    || '-'
    || date
    || '-'
    || row_number() over (
        partition by customer_id, date order by _row_number
    ) as order_id,
    customer_id,
    regexp_replace(date, '^([0-9]{4})([0-9]{2})([0-9]{2})$', '\1-\2-\3') as ordered_at,
    'completed' as order_status,
    'USD' as currency,
    dollars as gross_amount,
    quantity as item_count,
    'online' as sales_channel
from export
