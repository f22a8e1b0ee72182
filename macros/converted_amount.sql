{# An amount in another currency, rounded once, to the cent. The rate is a fraction of two whole numbers, for most
   quotients of two rates have no end. #}
{% macro converted_amount(amount, rates) -%}
    case
        when
            {{ amount }} = 0
            or {{ rates }}.rate_numerator = {{ rates }}.rate_denominator
        then cast({{ amount }} as decimal(38, 2))
        else
            {{
                from_whole_units(
                    rounded_quotient(
                        "("
                        ~ whole_units(amount, 2)
                        ~ " * "
                        ~ rates
                        ~ ".rate_numerator)",
                        rates ~ ".rate_denominator",
                    ),
                    2,
                )
            }}
    end
{%- endmacro %}
