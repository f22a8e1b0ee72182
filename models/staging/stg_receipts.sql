with

    receipts as (select * from {{ source("receipts", "files") }}),

    final as (
        select
            feed,
            file_id,
            {{ masked_text("file_name") }} as file_name,
            state,
            rows_read,
            rows_accepted,
            rows_quarantined,
            {{ masked_text("held_reason") }} as held_reason,
            mapping,
            rows_in_export,
            rows_passed_over,
            size_bytes,
            ingested_at
        from receipts
    )

select *
from final
