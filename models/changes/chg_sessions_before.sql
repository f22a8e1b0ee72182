-- Sessions of which rows have come again, as the last build knew them.
{% if only_changes() %}
    with

        web_sessions as (select * from {{ source("raw", "web_sessions") }}),

        before as (select * from {{ previous("stg_web_sessions") }}),

        final as (
            select *
            from before
            where session_id in (select web_sessions.session_id from web_sessions)
        )

    select *
    from final
{% else %} {{ no_rows({"session_id": dbt.type_string()}) }}
{% endif %}
