{# Where raw rows, configuration and build database lie: a run says so; for dbt by hand the variables of
   `make run` say which warehouse it is. profiles.yml and the sources repeat it, for YAML calls no macro. #}
{% macro environment_folder() -%}
    {{
        return(
            env_var("STATUS_ENVIRONMENT", "")
            or (env_var("STATUS_WAREHOUSE", "") or "warehouse")
            ~ "/worlds/"
            ~ (
                "landing"
                if env_var("STATUS_LANDING", "")
                else env_var("STATUS_DATA", "") or "simulated"
            )
        )
    }}
{%- endmacro %}
