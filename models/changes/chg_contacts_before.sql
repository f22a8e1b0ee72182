-- Contacts of which rows have come again, as the last build knew them.
{% if only_changes() %} {{ rows_before("contacts") }}
{% else %} {{ no_rows({"contact_id": dbt.type_string()}) }}
{% endif %}
