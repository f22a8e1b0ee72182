{# The entries of a map column, one row each, beside other columns of the row. #}
{% macro map_rows(relation, map, columns, key, value) -%}
    {{ return(adapter.dispatch("map_rows")(relation, map, columns, key, value)) }}
{%- endmacro %}

{% macro duckdb__map_rows(relation, map, columns, key, value) -%}
    select
        {{ columns | join(", ") }}, entry.key as {{ key }}, entry.value as {{ value }}
    from
        (
            select {{ columns | join(", ") }}, unnest(map_entries({{ map }})) as entry
            from {{ relation }}
        ) as entries
{%- endmacro %}
