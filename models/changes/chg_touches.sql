-- Touches that are made again, because their rows came again or name an identifier
-- that moved.
-- depends_on: {{ ref("stg_crm_touches") }}, {{ ref("chg_touches_before") }}
-- depends_on: {{ ref("chg_identifiers_moved") }}
{% if only_changes() %}
    with

        made_again as ({{ rows_made_again("crm_touches") }}),

        final as ({{ with_days_before("crm_touches", "made_again") }})

    select *
    from final
{% else %} {{ no_rows({"touch_id": dbt.type_string()}) }}
{% endif %}
