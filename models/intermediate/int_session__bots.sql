{%- set changes = ref("chg_sessions") %}

with

    web_sessions as (
        select * from {{ rows_to_make(ref("stg_web_sessions"), changes) }}
    ),

    rules as (
        select
            lower(device) as device,
            lower(source) as source,
            lower(medium) as medium,
            page_views_at_least,
            pages_per_second_at_least
        from {{ ref("bot_rules") }}
    ),

    anonymous as (
        select
            session_id,
            lower(device) as device,
            lower(source) as source,
            lower(medium) as medium,
            page_views,
            {{ seconds_between("started_at", "ended_at") }} as duration_seconds
        from web_sessions
        -- whoever logs in is a person
        where customer_id is null and email is null
    ),

    final as (
        select distinct anonymous.session_id
        from anonymous
        inner join
            rules
            on (rules.device is null or anonymous.device = rules.device)
            and (rules.source is null or anonymous.source = rules.source)
            and (rules.medium is null or anonymous.medium = rules.medium)
            and (
                rules.page_views_at_least is null
                or anonymous.page_views >= rules.page_views_at_least
            )
            and (
                rules.pages_per_second_at_least is null
                or (
                    anonymous.duration_seconds >= 1
                    and anonymous.page_views
                    >= rules.pages_per_second_at_least * anonymous.duration_seconds
                )
            )
            and coalesce(
                rules.device,
                rules.source,
                rules.medium,
                cast(rules.page_views_at_least as {{ dbt.type_string() }}),
                cast(rules.pages_per_second_at_least as {{ dbt.type_string() }})
            )
            is not null
    )

select *
from final
