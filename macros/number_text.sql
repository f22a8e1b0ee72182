{# A number as people write it: no zeros after the point that say nothing. #}
{% macro number_text(number) -%}
    case
        when {{ number }} = floor({{ number }})
        then
            cast(
                cast({{ number }} as {{ dbt.type_bigint() }}) as {{ dbt.type_string() }}
            )
        else cast({{ number }} as {{ dbt.type_string() }})
    end
{%- endmacro %}
