{# A share or an average, half of the last digit rounded up; null where there is nothing to divide by.
   In whole numbers of the last digit, for a double would hold 1.005 as a little less. #}
{% macro safe_ratio(numerator, denominator, scale=4) -%}
    cast(
        floor(
            (
                2 * cast(({{ numerator }}) * {{ 10**scale }} as double)
                + {{ denominator }}
            )
            / nullif(2 * {{ denominator }}, 0)
        )
        / {{ 10**scale }} as decimal(18, {{ scale }})
    )
{%- endmacro %}
