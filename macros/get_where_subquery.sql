{# What the generic tests look at: in a build of changes, of an incremental model, the rows in its scope (config
   meta.scope) or of the ids that came (meta.feed). The others were looked at when they were made. #}
{% macro get_where_subquery(relation) -%}
    {%- set conditions = [config.get("where")] if config.get("where") else [] -%}
    {%- if only_changes() -%}
        {%- set found = (
            graph.nodes.values()
            | selectattr("relation_name", "equalto", relation | string)
            | first
        ) -%}
        {%- set meta = found.config.get("meta", {}) if found else {} -%}
        {%- if meta.get("feed") -%}
            {%- set key = found.config.unique_key | first -%}
            {%- set came %}
                {{ key }} in (
                    select {{ staged_key(meta.feed, key) }}
                    from {{ source("raw", meta.feed) }}
                )
            {%- endset %}
            {%- do conditions.append(came) -%}
        {%- elif meta.get("scope") -%}
            {%- set scope = previous(meta.scope) -%}
            {%- do conditions.append(changed(found.config.unique_key, scope)) -%}
            {#- a key that stands twice may stand on any day -#}
            {%- if meta.get("day") and model.test_metadata.name != "primary_key" -%}
                {%- do conditions.append(on_days_of(scope, meta.day)) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
    {%- if conditions -%}
        (
            select * from {{ relation }} where {{ conditions | join(" and ") }}
        ) dbt_subquery
    {%- else -%} {{ relation }}
    {%- endif -%}
{%- endmacro %}
