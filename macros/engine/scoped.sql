{# The strategy of incremental models. The rows that the model now selects take the place of those whose
   unique_key is in its scope: another model (config meta.scope), for rows that may be gone, or, without one,
   the new rows themselves. Where meta.day names the day on which a row lies, only blocks of the scope's days
   are looked through. #}
{% macro get_incremental_scoped_sql(args) -%}
    {%- set keys = args["unique_key"] -%}
    {%- set scope = config.get("meta", {}).get("scope") -%}
    {%- set day = config.get("meta", {}).get("day") -%}
    {%- set columns = args["dest_columns"] | map(attribute="quoted") | join(", ") -%}
    delete from {{ args["target_relation"] }} as kept
    using (
        select distinct {{ keys | join(", ") }}
        from {{ ref(scope) if scope else args["temp_relation"] }}
    ) as scope
    where
        {%- for key in keys %}
            kept.{{ key }} = scope.{{ key }} {{ "and" if not loop.last }}
        {%- endfor %}
        {{ "and " ~ on_days_of(ref(scope), day, "kept." ~ day) if day }};

    insert into {{ args["target_relation"] }} ({{ columns }})
    select {{ columns }}
    from {{ args["temp_relation"] }}
{%- endmacro %}
