{% macro version_rank(key, version, content) -%}
    row_number() over (
        partition by {{ key }}
        order by
            {{ version }} desc nulls last,
            {%- for column in content %}
                {{ column }} desc nulls last{{ "," if not loop.last }}
            {%- endfor %}
    )
{%- endmacro %}
