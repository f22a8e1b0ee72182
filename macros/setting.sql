{% macro setting(name) -%}
    (select value from {{ ref("settings") }} where setting = '{{ name }}')
{%- endmacro %}
