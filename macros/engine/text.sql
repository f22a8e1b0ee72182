{# What follows the first separator in a text that has one. #}
{% macro text_after(text, separator) -%}
    {{ return(adapter.dispatch("text_after")(text, separator)) }}
{%- endmacro %}

{% macro duckdb__text_after(text, separator) -%}
    substr({{ text }}, strpos({{ text }}, '{{ separator }}') + {{ separator | length }})
{%- endmacro %}
