{# A share or an average, half of the last digit rounded away from zero; null where there is nothing to divide by. #}
{% macro safe_ratio(numerator, denominator, scale=4, precision=18) -%}
    case
        when {{ denominator }} > 0
        then
            cast(
                {{
                    from_whole_units(
                        rounded_quotient(
                            whole_units(numerator, scale),
                            whole_units(denominator, 0),
                        ),
                        scale,
                    )
                }} as decimal({{ precision }}, {{ scale }})
            )
    end
{%- endmacro %}
