{{ config(meta={"dagster": {"ref": {"name": "int_identifier__resolved"}}}) }}

{%- set changes = ref("chg_sightings") %}

-- Identifiers that rows name together are one customer's. A row here is a pair that
-- fell
-- apart: connected_components needs more rounds on this engine.
with

    sightings as (
        select *
        from {{ ref("int_identifier__sightings") }}
        where {{ changed(["sighting_key"], changes) }}
    ),

    resolved as (select * from {{ ref("int_identifier__resolved") }}),

    pairs as (
        select
            customer_identifier as one_identifier, email_identifier as other_identifier
        from sightings
        union all
        select
            customer_identifier as one_identifier,
            contact_identifier as other_identifier
        from sightings
        union all
        select
            email_identifier as one_identifier, contact_identifier as other_identifier
        from sightings
    )

select pairs.one_identifier, pairs.other_identifier
from pairs
inner join resolved as one on pairs.one_identifier = one.identifier
inner join resolved as other on pairs.other_identifier = other.identifier
where one.customer_key <> other.customer_key
