{# Arithmetic that neither rounds on the way nor overflows. A product or a quotient of decimals keeps fewer digits
   than it needs, or is a double; whole numbers of 38 digits keep them all.
   (`divide` is the operator of two slashes, which sqlfmt takes for a comment.) #}
{# A decimal in whole units of its digit number `scale`: of 12.34 with scale 2, 1234. #}
{% macro whole_units(number, scale) -%}
    {{ return(adapter.dispatch("whole_units")(number, scale)) }}
{%- endmacro %}

{% macro duckdb__whole_units(number, scale) -%}
    cast(cast({{ number }} as decimal(38, {{ scale }})) * {{ 10**scale }} as hugeint)
{%- endmacro %}

{# The decimal that has so many whole units. #}
{% macro from_whole_units(units, scale) -%}
    {{ return(adapter.dispatch("from_whole_units")(units, scale)) }}
{%- endmacro %}

{% macro duckdb__from_whole_units(units, scale) -%}
    cast(
        cast({{ units }} as decimal(38, 0))
        * 0.{{ "0" * (scale - 1) }}1 as decimal(38, {{ scale }})
    )
{%- endmacro %}

{# One whole number by another that is greater than 0, as a whole number; a half is rounded away from zero. #}
{% macro rounded_quotient(numerator, denominator) -%}
    {{ return(adapter.dispatch("rounded_quotient")(numerator, denominator)) }}
{%- endmacro %}

{% macro duckdb__rounded_quotient(numerator, denominator) -%}
    divide(
        2 * {{ numerator }} + case
            when {{ numerator }} < 0 then -{{ denominator }} else {{ denominator }}
        end,
        2 * {{ denominator }}
    )
{%- endmacro %}
