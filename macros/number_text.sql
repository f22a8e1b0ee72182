{# A number as people write it: no zeros after the mark that say nothing. #}
{% macro number_text(number, decimal_mark=".") -%}
    case
        when {{ number }} = floor({{ number }})
        then
            cast(
                cast({{ number }} as {{ dbt.type_bigint() }}) as {{ dbt.type_string() }}
            )
        else
            replace(
                regexp_replace(
                    cast({{ number }} as {{ dbt.type_string() }}), '0+$', ''
                ),
                '.',
                '{{ decimal_mark }}'
            )
    end
{%- endmacro %}
