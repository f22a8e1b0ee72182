-- Which policy rows ruled which days in the last build.
{% if only_changes() %} select * from {{ previous("int_policy__spans") }}
{% else %} {{ no_rows({"span_number": "integer"}) }}
{% endif %}
