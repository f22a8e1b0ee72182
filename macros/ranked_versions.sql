{# All rows, with 1 as version_rank for the one that wins among those of the same key: that with the
   greatest version, ties broken by content and never by arrival. Only keys that may repeat are
   sorted; which may is told by a hash, a number being quicker to count than a text. #}
{% macro ranked_versions(relation, key, version, content) -%}
    with
        repeated as (
            select {{ text_hash(key) }} as key_hash
            from {{ relation }}
            group by {{ text_hash(key) }}
            having count(*) > 1
        )

    select {{ relation }}.*, 1 as version_rank
    from {{ relation }}
    where {{ text_hash(key) }} not in (select repeated.key_hash from repeated)
    union all
    select
        {{ relation }}.*,
        row_number() over (
            partition by {{ key }}
            order by
                {{ version }} desc nulls last,
                {%- for column in content %}
                    {{ column }} desc nulls last{{ "," if not loop.last }}
                {%- endfor %}
        ) as version_rank
    from {{ relation }}
    where {{ text_hash(key) }} in (select repeated.key_hash from repeated)
{%- endmacro %}
