{# One text for the identifiers that a row names together, whatever they hold: lengths come first. #}
{% macro sighting_key(customer, email, contact) -%}
    {%- for identifier in [customer, email, contact] %}
        cast(coalesce(length({{ identifier }}), 0) as {{ dbt.type_string() }}) || ' ' ||
    {%- endfor %}
    {%- for identifier in [customer, email, contact] %}
        coalesce({{ identifier }}, ''){{ " ||" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
