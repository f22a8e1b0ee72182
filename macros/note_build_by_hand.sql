{# The run trusts the build database as far as build.json says. A command that dbt was given by hand may
   change tables, so before it begins that file is written over: the next run builds all tables anew. #}
{% macro note_build_by_hand() -%}
    {%- set harmless = (
        "compile",
        "docs",
        "generate",
        "list",
        "parse",
        "show",
        "test",
    ) -%}
    {%- if execute and env_var(
        "STATUS_CALLER", ""
    ) != "run" and flags.WHICH not in harmless -%}
        copy (select 'changed by dbt {{ flags.WHICH }}' as note)
        to '{{ environment_folder() | replace("'", "''") }}/build.json' (format json)
    {%- endif -%}
{%- endmacro %}
