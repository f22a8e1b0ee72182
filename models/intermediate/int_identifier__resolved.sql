{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["identifier"],
        meta={"scope": "chg_identifiers"},
    )
}}

{%- set changes = ref("chg_identifiers") %}

-- The one place that says who is who: a customer is a connected component of
-- identifiers that rows name together. Shared identifiers join nothing and belong to
-- nobody.
with

    sightings as (select * from {{ ref("int_identifier__sightings") }}),

    identifiers as (
        select
            identifier,
            identifier_rank,
            first_seen_at,
            row_number() over (order by identifier) as node
        from {{ ref("int_identifier__known") }}
        where not is_shared and {{ changed(["identifier"], changes) }}
    ),

    pairs as (
        select
            customer_identifier as one_identifier, email_identifier as other_identifier
        from sightings
        where {{ changed(["customer_identifier"], changes, ["identifier"]) }}
        union
        select
            customer_identifier as one_identifier,
            contact_identifier as other_identifier
        from sightings
        where {{ changed(["customer_identifier"], changes, ["identifier"]) }}
        union
        select
            email_identifier as one_identifier, contact_identifier as other_identifier
        from sightings
        where {{ changed(["email_identifier"], changes, ["identifier"]) }}
    ),

    links as (
        select one.node as one_node, other.node as other_node
        from pairs
        inner join identifiers as one on pairs.one_identifier = one.identifier
        inner join identifiers as other on pairs.other_identifier = other.identifier
    ),

    components as ({{ connected_components("links") }}),

    grouped as (
        select
            identifiers.identifier,
            -- an identifier that was never seen with another is a customer by itself
            coalesce(components.component, identifiers.node) as component,
            identifiers.identifier_rank,
            identifiers.first_seen_at
        from identifiers
        left join components on identifiers.node = components.node
    ),

    -- who asked to be forgotten takes along everything that is known to be theirs
    forgotten as (
        select distinct component from grouped where {{ is_forgotten("identifier") }}
    ),

    -- a customer goes by the identifier with the earliest event
    named as (
        select
            identifier,
            component,
            first_value(identifier) over (
                partition by component
                order by first_seen_at, identifier_rank, identifier
                rows between unbounded preceding and unbounded following
            ) as first_identifier
        from grouped
    ),

    final as (
        select
            named.identifier,
            case
                when forgotten.component is not null
                then 'erased'
                else md5(named.first_identifier)
            end as customer_key
        from named
        left join forgotten on named.component = forgotten.component
    )

select *
from final
