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

    -- a reason may name a value of a row
    final as (
        select
            feed,
            file_id,
            {{ masked_text("reason") }} as reason,
            cast(sum(rows_broken) as {{ dbt.type_bigint() }}) as rows_broken
        from broken
        group by feed, file_id, {{ masked_text("reason") }}
    )

select *
from final
