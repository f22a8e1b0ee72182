{# Puts values in the place of the words in braces. A value that is null leaves nothing. #}
{% macro fill_template(template, values) -%}
    {%- set filled = namespace(sql=template) -%}
    {%- for name, value in values.items() -%}
        {%- set filled.sql = (
            "replace("
            ~ filled.sql
            ~ ", '{"
            ~ name
            ~ "}', coalesce("
            ~ value
            ~ ", ''))"
        ) -%}
    {%- endfor -%}
    {{ filled.sql }}
{%- endmacro %}
