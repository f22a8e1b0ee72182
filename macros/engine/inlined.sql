{# Before the bracket of a common table expression that is read several times: it is worked out each time and
   kept nowhere. DuckDB keeps such a one otherwise, which for millions of wide rows goes to disk. #}
{% macro inlined() -%} {{ return(adapter.dispatch("inlined")()) }} {%- endmacro %}

{% macro default__inlined() -%} {%- endmacro %}

{% macro duckdb__inlined() -%} not materialized {%- endmacro %}
