{# A condition that leaves a part of the customers. A model that has it is made part by part where there are
   many customer-days, so that what it sorts stays in memory. It changes no row: the parts are put together. #}
{% macro in_slice(customer_key) -%}
    1 = 1  /* slice of {{ customer_key }} */
{%- endmacro %}

{# Customer-days that one part has at most, about. #}
{% macro slice_rows() -%} {{ return(5000000) }} {%- endmacro %}

{% macro number_of_slices(compiled_code) -%}
    {%- set is_sliced = (
        "/* slice of" in compiled_code and model.resource_type == "model"
    ) -%}
    {%- if not is_sliced or only_changes() -%} {{ return(1) }} {%- endif -%}
    {%- set rows = run_query("select count(*) from " ~ previous("fct_customer_day")) -%}
    {{ return(1 + rows.columns[0].values()[0] // slice_rows()) }}
{%- endmacro %}

{# The text of a model for one part of so many. #}
{% macro slice_of(compiled_code, number, slices) -%}
    {%- if slices == 1 -%} {{ return(compiled_code) }} {%- endif -%}
    {%- set part = text_hash("\\1") ~ " % " ~ slices ~ " = " ~ number -%}
    {{
        return(
            modules.re.sub(
                "1 = 1 +/\\* slice of ([a-z_.]+) \\*/", part, compiled_code
            )
        )
    }}
{%- endmacro %}

{# The adapter's own, once for each part. #}
{% macro duckdb__create_table_as(
    temporary,
    relation,
    compiled_code,
    language="sql",
    partitioned_by=none,
    sorted_by=none
) -%}
    {%- set slices = number_of_slices(compiled_code) -%}
    {{
        dbt.duckdb__create_table_as(
            temporary,
            relation,
            slice_of(compiled_code, 0, slices),
            language,
            partitioned_by,
            sorted_by,
        )
    }}
    {%- for number in range(1, slices) %}
        insert into {{ relation.include(database=(not temporary), schema=(not temporary)) }}
        {{ slice_of(compiled_code, number, slices) }}
        ;
    {%- endfor %}
{%- endmacro %}
