-- A row may hold several corrected values: by notice the rows do not add up.
with

    notices as (select * from {{ ref("stg_receipt_notices") }}),

    final as (select feed, file_id, notice, rows_corrected from notices)

select *
from final
