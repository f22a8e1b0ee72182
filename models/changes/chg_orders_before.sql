-- Orders of which rows have come again, as the last build knew them.
{% if only_changes() %} {{ rows_before("orders") }}
{% else %} {{ no_rows({"order_id": dbt.type_string()}) }}
{% endif %}
