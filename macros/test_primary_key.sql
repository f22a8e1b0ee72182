{# Fails for every key that is null or stands more than once. #}
{% test primary_key(model, columns) %}
    select {{ columns | join(", ") }}, count(*) as number_of_rows
    from {{ model }}
    group by {{ columns | join(", ") }}
    having
        count(*) > 1 {%- for column in columns %} or {{ column }} is null {%- endfor %}
{% endtest %}
