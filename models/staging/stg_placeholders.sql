{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["feed", "file_id"],
    )
}}

{%- set columns = {
    "orders": ["customer_id", "email"],
    "web_sessions": ["customer_id", "email", "visitor_id"],
    "crm_touches": ["customer_id", "email", "contact_id"],
    "contacts": ["customer_id", "email"],
} %}

with

    {%- for feed, names in columns.items() %}
        {{ feed }} as (
            select
                _file_id as file_id,
                {%- for name in names %}
                    sum(
                        case when {{ is_placeholder(name) }} then 1 else 0 end
                    ) as {{ name }}{{ "," if not loop.last }}
                {%- endfor %}
            from {{ source("raw", feed) }}
            group by _file_id
        ),
    {%- endfor %}

    counted as (
        {%- for feed, names in columns.items() %}
            {%- set is_last_feed = loop.last %}
            {%- for name in names %}
                select
                    '{{ feed }}' as feed,
                    file_id,
                    '{{ name }}' as column_name,
                    {{ name }} as placeholder_rows
                from {{ feed }} {{ "union all" if not (loop.last and is_last_feed) }}
            {%- endfor %}
        {%- endfor %}
    ),

    final as (
        select
            feed,
            file_id,
            column_name,
            cast(placeholder_rows as bigint) as placeholder_rows
        from counted
        where placeholder_rows > 0
    )

select *
from final
