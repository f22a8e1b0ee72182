{# Points of one kind of engagement on one customer-day; an empty daily_cap does not limit. #}
{% macro capped_points(count, seed) -%}
    case
        when {{ seed }}.points is null
        then 0
        when {{ seed }}.daily_cap < {{ count }} * {{ seed }}.points
        then {{ seed }}.daily_cap
        else {{ count }} * {{ seed }}.points
    end
{%- endmacro %}
