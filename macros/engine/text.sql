{# What follows the first separator in a text that has one. #}
{% macro text_after(text, separator) -%}
    {{ return(adapter.dispatch("text_after")(text, separator)) }}
{%- endmacro %}

{% macro duckdb__text_after(text, separator) -%}
    substr({{ text }}, strpos({{ text }}, '{{ separator }}') + {{ separator | length }})
{%- endmacro %}

{# What stands before the first separator in a text that has one. #}
{% macro text_before(text, separator) -%}
    {{ return(adapter.dispatch("text_before")(text, separator)) }}
{%- endmacro %}

{% macro duckdb__text_before(text, separator) -%}
    substr({{ text }}, 1, strpos({{ text }}, '{{ separator }}') - 1)
{%- endmacro %}

{# A number that is the same for the same text, and seldom for others. #}
{% macro text_hash(text) -%}
    {{ return(adapter.dispatch("text_hash")(text)) }}
{%- endmacro %}

{% macro duckdb__text_hash(text) -%} hash({{ text }}) {%- endmacro %}

{% macro spark__text_hash(text) -%} xxhash64({{ text }}) {%- endmacro %}

{# An identifier of which only the first character and the domain can be read; of a short one, nothing but the
   domain. #}
{% macro masked(text) -%} {{ return(adapter.dispatch("masked")(text)) }} {%- endmacro %}

{% macro duckdb__masked(text) -%}
    regexp_replace({{ text }}, '^(?:[^@]{0,2}|(.).{2,}?)((?:@[^@]*)?)$', '\1***\2', 's')
{%- endmacro %}
