{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["identifier"],
        meta={"scope": "chg_identifiers_seen"},
    )
}}

{%- set changes = ref("chg_identifiers_seen") %}

with

    sightings as (select * from {{ ref("int_identifier__sightings") }}),

    by_identifier as (
        select
            1 as identifier_rank,
            customer_identifier as identifier,
            customer_identifier,
            first_seen_at
        from sightings
        where
            customer_identifier is not null
            and {{ changed(["customer_identifier"], changes, ["identifier"]) }}
        union all
        select
            2 as identifier_rank,
            email_identifier as identifier,
            customer_identifier,
            first_seen_at
        from sightings
        where
            email_identifier is not null
            and {{ changed(["email_identifier"], changes, ["identifier"]) }}
        union all
        select
            3 as identifier_rank,
            contact_identifier as identifier,
            customer_identifier,
            first_seen_at
        from sightings
        where
            contact_identifier is not null
            and {{ changed(["contact_identifier"], changes, ["identifier"]) }}
    ),

    final as (
        select
            identifier,
            identifier_rank,
            min(first_seen_at) as first_seen_at,
            -- a kiosk's address or a noreply@ joins strangers: it says nothing about
            -- who is who
            identifier_rank > 1
            and count(distinct customer_identifier)
            > cast({{ setting("max_identifier_degree") }} as integer) as is_shared
        from by_identifier
        group by identifier, identifier_rank
    )

select *
from final
