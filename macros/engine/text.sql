{# What follows the first separator in a text that has one. #}
{% macro text_after(text, separator) -%}
    {{ return(adapter.dispatch("text_after")(text, separator)) }}
{%- endmacro %}

{% macro duckdb__text_after(text, separator) -%}
    substr({{ text }}, strpos({{ text }}, '{{ separator }}') + {{ separator | length }})
{%- endmacro %}

{# The text with `***` in the place of every e-mail address, written plainly or as in a link. #}
{% macro without_email_addresses(text) -%}
    {{ return(adapter.dispatch("without_email_addresses")(text)) }}
{%- endmacro %}

{% macro duckdb__without_email_addresses(text) -%}
    regexp_replace(
        {{ text }},
        '[[:alnum:]._%+-]+(@|%40)[[:alnum:]-]+([.][[:alnum:]-]+)+',
        '***',
        'g'
    )
{%- endmacro %}
