{{
    config(
        severity="warn",
        meta={"dagster": {"ref": {"name": "fct_customer_status_change"}}},
    )
}}

-- Engagement is measured on the days on which it was measured before. A row here, one
-- at
-- most, warns that it became measured or unmeasured and that customers changed status
-- for
-- that reason alone: look at the feeds of engagement in the release's notes.
with

    run as (select * from {{ ref("int_run__as_of") }}),

    published_run as (select * from {{ ref("stg_published_run") }}),

    changed_since as (
        select changes.customer_key
        from {{ ref("fct_customer_status_change") }} as changes
        cross join run
        cross join published_run
        where
            changes.change_cause = 'measurement'
            and changes.change_date > published_run.previous_as_of_date
            and changes.change_date <= run.as_of_date
        union
        select customer_key
        from {{ ref("int_customer__restatement_reasons") }}
        where reason = 'measurement'
    ),

    counted as (select count(*) as customers from changed_since)

select
    counted.customers,
    published_run.previous_as_of_date,
    cast(counted.customers as {{ dbt.type_string() }})
    || ' customers have another status than on '
    || cast(published_run.previous_as_of_date as {{ dbt.type_string() }})
    || ', or than was published for the days before, because engagement became measured'
    || ' or unmeasured; the notes on feeds at the end of the run say why' as message
from counted
cross join published_run
where counted.customers > 0
