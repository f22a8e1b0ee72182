{%- set changes = ref("chg_sessions") %}

-- Anonymous sessions that belong to a customer: the one who next logged in on that
-- visitor_id, else the one who last did, within the days that the settings allow.
with

    shared_customers as ({{ shared_customer_ids() }}),

    sessions as (
        select
            session_id,
            visitor_id,
            started_at,
            {{ first_identifier(["customer_id", "email"], "shared_customers") }}
            as identifier
        from {{ ref("stg_web_sessions") }}
        where
            {{ changed(["visitor_id"], changes) }}
            {%- if only_changes() %}
                and session_date in (
                    select near.date_day
                    from ({{ days_near(changes, "session_date") }}) as near
                )
            {%- endif %}
    ),

    resolved as (select * from {{ ref("int_identifier__resolved") }}),

    logins as (
        select
            sessions.visitor_id,
            sessions.started_at as login_at,
            min(resolved.customer_key) as customer_key
        from sessions
        inner join resolved on sessions.identifier = resolved.identifier
        group by sessions.visitor_id, sessions.started_at
    ),

    visits as (
        select sessions.session_id, sessions.visitor_id, sessions.started_at as visit_at
        from sessions
        where
            sessions.identifier is null
            and sessions.visitor_id in (select logins.visitor_id from logins)
    ),

    moments as (
        select visitor_id, session_id, visit_at as moment, null as login_at
        from visits
        union all
        select visitor_id, null as session_id, login_at as moment, login_at
        from logins
    ),

    -- at one moment, visits come before logins: the next login is then no later
    surrounded as (
        select
            visitor_id,
            session_id,
            moment as visit_at,
            first_value(login_at ignore nulls) over (
                partition by visitor_id
                order by moment, login_at nulls first
                rows between current row and unbounded following
            ) as next_login_at,
            last_value(login_at ignore nulls) over (
                partition by visitor_id
                order by moment, login_at nulls first
                rows between unbounded preceding and current row
            ) as last_login_at
        from moments
    ),

    limits as (
        select cast({{ setting("stitch_days") }} as bigint) * 86400 as stitch_seconds
    ),

    chosen as (
        select
            surrounded.session_id,
            surrounded.visitor_id,
            case
                when
                    {{
                        seconds_between(
                            "surrounded.visit_at", "surrounded.next_login_at"
                        )
                    }} <= limits.stitch_seconds
                then surrounded.next_login_at
                when
                    {{
                        seconds_between(
                            "surrounded.last_login_at", "surrounded.visit_at"
                        )
                    }} <= limits.stitch_seconds
                then surrounded.last_login_at
            end as login_at
        from surrounded
        cross join limits
        where surrounded.session_id is not null
    ),

    final as (
        select chosen.session_id, logins.customer_key
        from chosen
        inner join
            logins
            on chosen.visitor_id = logins.visitor_id
            and chosen.login_at = logins.login_at
    )

select *
from final
