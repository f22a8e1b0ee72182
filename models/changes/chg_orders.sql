-- Orders that are made again, because their rows came again or name an identifier
-- that moved.
-- depends_on: {{ ref("stg_orders") }}, {{ ref("chg_orders_before") }}
-- depends_on: {{ ref("chg_identifiers_moved") }}
{% if only_changes() %}
    with

        made_again as ({{ rows_made_again("orders") }}),

        final as ({{ with_days_before("orders", "made_again") }})

    select *
    from final
{% else %} {{ no_rows({"order_id": dbt.type_string()}) }}
{% endif %}
