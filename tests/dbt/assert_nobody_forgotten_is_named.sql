{{
    config(
        severity="warn",
        meta={"dagster": {"ref": {"name": "int_identifier__resolved"}}},
    )
}}

{%- set changes = ref("chg_identifiers") %}

-- Of people who asked to be forgotten no identifier is readable. A row here is one that
-- the step before the models has overlooked: an address that was shared when it was
-- forgotten, and is one person's since. Ask by this identifier too.
select identifier
from {{ ref("int_identifier__resolved") }}
where
    customer_key = 'erased'
    and not {{ is_forgotten("identifier") }}
    and {{ changed(["identifier"], changes) }}
