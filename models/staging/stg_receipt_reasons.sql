with

    receipts as (select * from {{ source("receipts", "files") }}),

    broken as (
        {{
            map_rows(
                "receipts",
                "reasons",
                ["feed", "file_id"],
                key="reason",
                value="rows_broken",
            )
        }}
    ),

    final as (select feed, file_id, reason, rows_broken from broken)

select *
from final
