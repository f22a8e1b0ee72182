{{ config(meta={"dagster": {"ref": {"name": "fct_ingest"}}}) }}

-- Rows read = rows accepted + rows quarantined, for every file that was taken; a held
-- file
-- adds nothing. Each quarantined row broke one rule at least, so by rule they are no
-- fewer,
-- and no rule was broken by more rows than there are. A row here is a file whose
-- receipt is
-- wrong: take it in again (docs/feeds.md, "Bringing rows again").
with

    reasons as (
        select
            feed,
            file_id,
            sum(rows_broken) as rows_by_rule,
            max(rows_broken) as most_of_one_rule
        from {{ ref("fct_ingest_reason") }}
        group by feed, file_id
    )

select ingest.feed, ingest.file_name
from {{ ref("fct_ingest") }} as ingest
left join reasons on ingest.feed = reasons.feed and ingest.file_id = reasons.file_id
where
    (
        ingest.state = 'accepted'
        and (
            ingest.rows_read <> ingest.rows_accepted + ingest.rows_quarantined
            or coalesce(reasons.rows_by_rule, 0) < ingest.rows_quarantined
            or coalesce(reasons.most_of_one_rule, 0) > ingest.rows_quarantined
        )
    )
    or (
        ingest.state = 'held'
        and (ingest.rows_accepted <> 0 or ingest.rows_quarantined <> 0)
    )
