{# The identifier a row is known by, as text that says which kind it is. Null when it has none. #}
{% macro first_identifier(columns) -%}
    coalesce(
        {%- for column in columns %}
            '{{ column }}:' || {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
