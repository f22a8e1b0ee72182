-- Sessions of which rows have come again, as the last build knew them.
{% if only_changes() %} {{ rows_before("web_sessions") }}
{% else %} {{ no_rows({"session_id": dbt.type_string()}) }}
{% endif %}
