{% macro median(value) -%}
    {{ return(adapter.dispatch("median")(value)) }}
{%- endmacro %}

{% macro duckdb__median(value) -%}
    cast(quantile_cont({{ value }}, 0.5) as decimal(18, 2))
{%- endmacro %}
