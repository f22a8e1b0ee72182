{# All rows, with 1 as version_rank for the one that wins among those of the same key: that with the
   greatest version, ties broken by content and never by arrival. Only keys that repeat are sorted. #}
{% macro ranked_versions(relation, key, version, content) -%}
    select {{ relation }}.*, 1 as version_rank
    from {{ relation }}
    left join
        (
            select {{ key }} from {{ relation }} group by {{ key }} having count(*) > 1
        ) as repeated
        on {{ relation }}.{{ key }} = repeated.{{ key }}
    where repeated.{{ key }} is null
    union all
    select
        {{ relation }}.*,
        row_number() over (
            partition by {{ relation }}.{{ key }}
            order by
                {{ version }} desc nulls last,
                {%- for column in content %}
                    {{ column }} desc nulls last{{ "," if not loop.last }}
                {%- endfor %}
        ) as version_rank
    from {{ relation }}
    inner join
        (
            select {{ key }} from {{ relation }} group by {{ key }} having count(*) > 1
        ) as repeated
        on {{ relation }}.{{ key }} = repeated.{{ key }}
{%- endmacro %}
