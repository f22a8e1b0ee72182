-- A row of a file may break several rules: by rule the rows do not add up to the
-- quarantined ones of the file, which therefore stand in fct_ingest.
with

    reasons as (select * from {{ ref("stg_receipt_reasons") }}),

    final as (select feed, file_id, reason, rows_broken from reasons)

select *
from final
