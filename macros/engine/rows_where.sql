{# A few whole rows of a long table, as a query in brackets. #}
{% macro rows_where(table, condition) -%}
    {{ return(adapter.dispatch("rows_where")(table, condition)) }}
{%- endmacro %}

{% macro default__rows_where(table, condition) -%}
    (select * from {{ table }} where {{ condition }})
{%- endmacro %}

{# The condition reads its own columns of all rows; the other columns are then read only in the blocks that hold
   a row that was found. Kept apart, so that no filter of the reader's makes the engine think that the table
   is the smaller side of the search. #}
{% macro duckdb__rows_where(table, condition) -%}
    (
        with
            found as materialized(
                select *
                from {{ table }}
                where rowid in (select rowid from {{ table }} where {{ condition }})
            )
        select *
        from found
    )
{%- endmacro %}
