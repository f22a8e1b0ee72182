-- Touches of which rows have come again, as the last build knew them.
{% if only_changes() %} {{ rows_before("crm_touches") }}
{% else %} {{ no_rows({"touch_id": dbt.type_string()}) }}
{% endif %}
