{# What the generic tests look at: in a build of changes, of an incremental model, the rows in its scope (config
   meta.scope) or of the ids that came (meta.feed). The others were looked at when they were made. #}
{% macro get_where_subquery(relation) -%}
    {%- set conditions = [config.get("where")] if config.get("where") else [] -%}
    {%- if only_changes() -%}
        {%- set model = (
            graph.nodes.values()
            | selectattr("relation_name", "equalto", relation | string)
            | first
        ) -%}
        {%- set meta = model.config.get("meta", {}) if model else {} -%}
        {%- if meta.get("scope") -%}
            {%- do conditions.append(
                changed(model.config.unique_key, previous(meta.scope))
            ) -%}
        {%- elif meta.get("feed") -%}
            {%- do conditions.append(
                changed(model.config.unique_key, source("raw", meta.feed))
            ) -%}
        {%- endif -%}
    {%- endif -%}
    {%- if conditions -%}
        (
            select * from {{ relation }} where {{ conditions | join(" and ") }}
        ) dbt_subquery
    {%- else -%} {{ relation }}
    {%- endif -%}
{%- endmacro %}
