{# Whether this build brings tables up to date with rows that came since the last one, and not makes
   them afresh. Who runs dbt says so, by STATUS_UPDATE, and answers for it that the database holds one whole
   build and that the raw sources hold the new rows only. #}
{% macro only_changes() -%}
    {{ return(execute and env_var("STATUS_UPDATE", "") == "true") }}
{%- endmacro %}

{# An incremental model is made afresh in every other build. #}
{% macro should_full_refresh() -%} {{ return(not only_changes()) }} {%- endmacro %}

{# A table as the last build left it. Only for models that are built before it, which is why it cannot
   be a ref. #}
{% macro previous(model) -%}
    {%- set found = (
        graph.nodes.values() | selectattr("name", "equalto", model) | first
    ) -%}
    {{ return(found.relation_name) }}
{%- endmacro %}

{# A condition that leaves, in a build of changes, the rows whose key is among the changed ones. The key goes
   by the same names there, unless `names` says others. #}
{% macro changed(keys, changes, names=none) -%}
    {%- if only_changes() -%}
        ({{ keys | join(", ") }}) in (
            select
                {%- for name in names or keys %}
                    {{ name.split(".") | last }}{{ "," if not loop.last }}
                {%- endfor %}
            from {{ changes }}
        )
    {%- else -%} 1 = 1
    {%- endif -%}
{%- endmacro %}

{# The rows of a long table that `changed` leaves, all columns of them; the table itself if everything is made. #}
{% macro rows_changed(table, keys, changes, names=none) -%}
    {%- if not only_changes() -%} {{ return(table) }} {%- endif -%}
    {{ return(rows_where(table, changed(keys, changes, names))) }}
{%- endmacro %}

{# No rows, in the shape of a table. #}
{% macro no_rows(columns) -%}
    select
        {%- for name, type in columns.items() %}
            cast(null as {{ type }}) as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
    where 1 = 0
{%- endmacro %}
