{# Where raw rows, configuration and build database lie: a run says so; for dbt by hand the variables of
   `make run` say which warehouse it is. profiles.yml and the sources repeat it, for YAML calls no macro. #}
{% macro environment_folder() -%}
    {{
        return(
            env_var("STATUS_ENVIRONMENT", "")
            or (
                env_var("STATUS_WAREHOUSE", "")
                or (
                    "warehouse-complete_journey"
                    if env_var("STATUS_DATA", "") == "complete_journey"
                    else "warehouse"
                )
            )
            ~ "/environment"
        )
    }}
{%- endmacro %}
