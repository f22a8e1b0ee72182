-- On which days engagement was measured as the last build saw it.
{% if only_changes() %}
    select * from {{ previous("int_engagement__measured_intervals") }}
{% else %}
    {{
        no_rows(
            {
                "policy_segment": dbt.type_string(),
                "policy_effective_from": "date",
                "measured_from": "integer",
                "measured_to": "integer",
            }
        )
    }}
{% endif %}
