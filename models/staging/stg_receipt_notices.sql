with

    receipts as (select * from {{ source("receipts", "files") }}),

    corrected as (
        {{
            map_rows(
                "receipts",
                "notices",
                ["feed", "file_id"],
                key="notice",
                value="rows_corrected",
            )
        }}
    ),

    final as (select feed, file_id, notice, rows_corrected from corrected)

select *
from final
