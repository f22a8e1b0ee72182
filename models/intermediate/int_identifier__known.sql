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

    rules as (
        select {{ text_after("identifier", ":") }} as identifier_hash, sharing
        from {{ ref("identifier_rules") }}
    ),

    counted as (
        select
            identifier,
            identifier_rank,
            min(first_seen_at) as first_seen_at,
            count(distinct customer_identifier) as customer_ids
        from by_identifier
        group by identifier, identifier_rank
    ),

    final as (
        select
            counted.identifier,
            counted.identifier_rank,
            counted.first_seen_at,
            counted.customer_ids,
            -- a kiosk's address or a noreply@ joins strangers: it says nothing about
            -- who is who
            case
                when rules.sharing is not null
                then rules.sharing = 'always'
                else
                    counted.identifier_rank > 1
                    and counted.customer_ids
                    > cast({{ setting("max_identifier_degree") }} as integer)
            end as is_shared,
            coalesce(rules.sharing = 'always', false) as is_shared_by_rule
        from counted
        left join rules on md5(counted.identifier) = rules.identifier_hash
    )

select *
from final
