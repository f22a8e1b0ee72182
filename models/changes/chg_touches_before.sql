-- Touches of which rows have come again, as the last build knew them.
{% if only_changes() %}
    with

        crm_touches as (select * from {{ source("raw", "crm_touches") }}),

        before as (select * from {{ previous("stg_crm_touches") }}),

        final as (
            select *
            from before
            where touch_id in (select crm_touches.touch_id from crm_touches)
        )

    select *
    from final
{% else %} {{ no_rows({"touch_id": dbt.type_string()}) }}
{% endif %}
