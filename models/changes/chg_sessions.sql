-- Sessions that are made again, because their rows came again or name an identifier
-- that moved, and anonymous ones near a login of such a session.
-- depends_on: {{ ref("stg_web_sessions") }}, {{ ref("chg_sessions_before") }}
-- depends_on: {{ ref("chg_identifiers_moved") }}, {{ ref("settings") }}
{% if only_changes() %}
    with

        named as ({{ rows_made_again("web_sessions") }}),

        -- who logged in when on which browser, by these sessions as they are and as
        -- they were
        logins as (
            select visitor_id, started_at, session_date
            from named
            where customer_id is not null or email is not null
            union
            select visitor_id, started_at, session_date
            from {{ ref("chg_sessions_before") }}
            where customer_id is not null or email is not null
        ),

        limits as (
            select
                cast({{ setting("stitch_days") }} as bigint) * 86400 as stitch_seconds
        ),

        near_days as ({{ days_near("logins", "session_date") }}),

        anonymous as (
            {%- set near_login %}
                customer_id is null
                and email is null
                and visitor_id in (select logins.visitor_id from logins)
                and session_date in (select near_days.date_day from near_days)
            {%- endset %}
            select *
            from {{ rows_where(ref("stg_web_sessions"), near_login) }} as sessions
        ),

        near as (
            select distinct anonymous.*
            from anonymous
            inner join logins on anonymous.visitor_id = logins.visitor_id
            cross join limits
            where
                abs({{ seconds_between("anonymous.started_at", "logins.started_at") }})
                <= limits.stitch_seconds
        ),

        made_again as (
            select *
            from named
            union
            select *
            from near
        ),

        final as ({{ with_days_before("web_sessions", "made_again") }})

    select *
    from final
{% else %} {{ no_rows({"session_id": dbt.type_string()}) }}
{% endif %}
