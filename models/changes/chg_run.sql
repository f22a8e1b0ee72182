-- Of which day the last build spoke.
{% if only_changes() %}
    select as_of_date as previous_as_of_date from {{ previous("int_run__as_of") }}
{% else %} {{ no_rows({"previous_as_of_date": "date"}) }}
{% endif %}
