{# A share or an average; null where there is nothing to divide by. #}
{% macro safe_ratio(numerator, denominator, scale=4) -%}
    cast(
        round(
            cast({{ numerator }} as double) / nullif({{ denominator }}, 0), {{ scale }}
        ) as decimal(18, {{ scale }})
    )
{%- endmacro %}
