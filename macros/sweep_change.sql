{# One change of the running totals: every total that is not named stays as it is. #}
{% macro sweep_change(day, totals) -%}
    customer_key,
    cast({{ day }} as integer) as day,
    {%- for total in [
        "purchase_days",
        "points",
        "habit_periods",
        "earlier_habit_periods",
        "subscriptions",
        "dissatisfactions",
        "has_engagement",
        "has_dissatisfaction",
        "packed_span",
        "is_kept",
    ] %}
        {{ totals.get(total, "0") }} as {{ total }}{{ "," if not loop.last }}
    {%- endfor %}
{%- endmacro %}
