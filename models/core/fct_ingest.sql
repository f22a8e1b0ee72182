with

    receipts as (select * from {{ ref("stg_receipts") }}),

    reasons as (select * from {{ ref("stg_receipt_reasons") }}),

    broken as (
        select feed, file_id, count(*) as rules_broken
        from reasons
        group by feed, file_id
    ),

    final as (
        select
            receipts.feed,
            receipts.file_id,
            receipts.file_name,
            receipts.state,
            receipts.rows_read,
            receipts.rows_accepted,
            receipts.rows_quarantined,
            coalesce(broken.rules_broken, 0) as rules_broken,
            receipts.held_reason,
            receipts.mapping,
            receipts.rows_in_export,
            receipts.rows_passed_over,
            receipts.size_bytes,
            receipts.ingested_at
        from receipts
        left join
            broken on receipts.feed = broken.feed and receipts.file_id = broken.file_id
    )

select *
from final
