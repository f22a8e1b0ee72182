{{ config(meta={"dagster": {"ref": {"name": "int_customer__timeline"}}}) }}

{%- set changes = ref("chg_customers") %}

-- A customer's intervals follow each other without gap or overlap. A row here breaks
-- that.
with

    compared as (
        select
            customer_key,
            valid_from,
            valid_to,
            lead(valid_from) over (
                partition by customer_key order by valid_from
            ) as next_valid_from
        from {{ ref("int_customer__timeline") }}
        where {{ changed(["customer_key"], changes) }}
    )

select *
from compared
where
    valid_to <= valid_from
    or (
        next_valid_from is not null
        and (valid_to is null or valid_to <> next_valid_from)
    )
    or (next_valid_from is null and valid_to is not null)
