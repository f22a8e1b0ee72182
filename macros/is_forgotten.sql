{# Whether an identifier (`kind:value`) was replaced by a token, because the person asked to be
   forgotten: `erased:` and 32 hexadecimal digits, see customer_status/erasure/tokens.py. #}
{% macro is_forgotten(identifier) -%}
    (
        {{ text_after(identifier, ":") }} like 'erased:%'
        and length({{ text_after(identifier, ":") }}) = 39
    )
{%- endmacro %}
