-- All days, however old, of the customers whose timeline is computed again.
-- depends_on: {{ ref("fct_customer_day") }}, {{ ref("chg_customers") }}
{% if only_changes() %}
    select *
    from
        {{
            rows_changed(
                ref("fct_customer_day"), ["customer_key"], ref("chg_customers")
            )
        }} as customer_days
{% else %} {{ no_rows({"customer_key": dbt.type_string()}) }}
{% endif %}
