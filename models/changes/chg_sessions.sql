-- Sessions that are made again, because their rows came again or name identifiers that
-- moved, and anonymous ones near a login of such a session; each with the
-- customer-day on
-- which it lay, if it was known before.
-- depends_on: {{ ref("stg_web_sessions") }}, {{ ref("chg_identifiers_moved") }}
-- depends_on: {{ ref("chg_sessions_before") }}, {{ ref("settings") }}
{% if only_changes() %}
    with

        moved as (select * from {{ ref("chg_identifiers_moved") }}),

        ids as (
            select session_id
            from {{ source("raw", "web_sessions") }}
            union
            select session_id
            from {{ ref("stg_web_sessions") }}
            where
                customer_id in (
                    select moved.identifier_value
                    from moved
                    where moved.identifier_type = 'customer_id'
                )
            union
            select session_id
            from {{ ref("stg_web_sessions") }}
            where
                email in (
                    select moved.identifier_value
                    from moved
                    where moved.identifier_type = 'email'
                )
        ),

        -- who logged in when on which browser, by these sessions as they are and as
        -- they were
        logins as (
            select visitor_id, started_at
            from {{ ref("stg_web_sessions") }}
            where
                session_id in (select ids.session_id from ids)
                and (customer_id is not null or email is not null)
            union
            select visitor_id, started_at
            from {{ ref("chg_sessions_before") }}
            where customer_id is not null or email is not null
        ),

        limits as (
            select
                cast({{ setting("stitch_days") }} as integer) * 86400 as stitch_seconds
        ),

        near as (
            select distinct sessions.session_id
            from {{ ref("stg_web_sessions") }} as sessions
            inner join logins on sessions.visitor_id = logins.visitor_id
            cross join limits
            where
                sessions.customer_id is null
                and sessions.email is null
                and abs(
                    {{ seconds_between("sessions.started_at", "logins.started_at") }}
                )
                <= limits.stitch_seconds
        ),

        all_ids as (
            select session_id
            from ids
            union
            select session_id
            from near
        ),

        before as (
            select session_id, customer_key, session_date as activity_date
            from {{ previous("fct_web_sessions") }}
            where session_id in (select all_ids.session_id from all_ids)
        ),

        final as (
            select
                all_ids.session_id,
                sessions.visitor_id,
                before.customer_key,
                before.activity_date
            from all_ids
            inner join
                {{ ref("stg_web_sessions") }} as sessions
                on all_ids.session_id = sessions.session_id
            left join before on all_ids.session_id = before.session_id
        )

    select *
    from final
{% else %} {{ no_rows({"session_id": dbt.type_string()}) }}
{% endif %}
