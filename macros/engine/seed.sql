{# Loads the seed in force (written by the run) in the place of the shipped file. dbt's own
   `seed-paths` cannot point there: given a folder outside the project it writes over the files. #}
{% macro duckdb__load_csv_rows(model, agate_table) -%}
    {%- set folder = env_var("STATUS_SEEDS", "") or environment_folder() ~ "/config" -%}
    {%- set path = folder ~ "/" ~ model.name ~ ".csv" -%}
    {%- set sql -%}
        copy {{ this.render() }} from '{{ path | replace("'", "''") }}' (
            format csv, header true, delimiter ',', quote '"', escape '"', auto_detect false
        )
    {%- endset -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{%- endmacro %}

{# dbt loads no rows where the shipped file has none; the one in force may have some. #}
{% macro duckdb__get_csv_sql(create_or_truncate_sql, insert_sql) -%}
    {{
        default__get_csv_sql(
            create_or_truncate_sql, insert_sql or load_csv_rows(model, none)
        )
    }}
{%- endmacro %}
