{# What the models in models/changes/ ask of each feed alike. #}
{% macro changing_feeds() -%}
    {{
        return(
            {
                "orders": {
                    "staged": "stg_orders",
                    "before": "chg_orders_before",
                    "facts": "fct_orders",
                    "key": "order_id",
                    "moment": "ordered_at",
                    "day": "order_date",
                    "identifiers": ["customer_id", "email"],
                },
                "web_sessions": {
                    "staged": "stg_web_sessions",
                    "before": "chg_sessions_before",
                    "facts": "fct_web_sessions",
                    "key": "session_id",
                    "moment": "started_at",
                    "day": "session_date",
                    "identifiers": ["customer_id", "email"],
                },
                "crm_touches": {
                    "staged": "stg_crm_touches",
                    "before": "chg_touches_before",
                    "facts": "fct_crm_touches",
                    "key": "touch_id",
                    "moment": "touched_at",
                    "day": "touch_date",
                    "identifiers": ["customer_id", "email", "contact_id"],
                },
                "contacts": {
                    "staged": "stg_contacts",
                    "before": "chg_contacts_before",
                    "facts": "int_contact__owners",
                    "key": "contact_id",
                    "moment": "created_at",
                    "day": "created_date",
                    "identifiers": ["customer_id", "email", "contact_id"],
                },
            }
        )
    }}
{%- endmacro %}

{# The rows of a feed that have come again, as the last build knew them. #}
{% macro rows_before(name) -%}
    {%- set feed = changing_feeds()[name] -%}
    {%- set came %}
        {{ feed.key }} in (
            select {{ staged_key(name, feed.key) }} from {{ source("raw", name) }}
        )
    {%- endset %}
    select *
    from {{ rows_where(previous(feed.staged), came) }} as before
{%- endmacro %}

{# The rows of a feed that have come, as they are now. Each lies at a moment that one of its versions names, by
   which blocks of other years are passed over. #}
{% macro rows_that_came(name) -%}
    {%- set feed = changing_feeds()[name] -%}
    {%- set came %}
        {{ feed.key }} in (
            select {{ staged_key(name, feed.key) }} from {{ source("raw", name) }}
        )
        and {{ feed.moment }} in (
            select {{ feed.moment }}
            from {{ source("raw", name) }}
            union
            select {{ feed.moment }}
            from {{ ref(feed.before) }}
        )
    {%- endset %}
    select *
    from {{ rows_where(ref(feed.staged), came) }} as came
{%- endmacro %}

{# The rows of a feed that are made again: those that have come, and those that name an identifier that
   moved. #}
{% macro rows_made_again(name) -%}
    {%- set feed = changing_feeds()[name] -%}
    {{ rows_that_came(name) }}
    {%- for identifier in feed.identifiers %}
        {%- set is_named %}
            {{ identifier }} in (
                select moved.identifier_value
                from {{ ref("chg_identifiers_moved") }} as moved
                where moved.identifier_type = '{{ identifier }}'
            )
        {%- endset %}
        union
        select *
        from {{ rows_where(ref(feed.staged), is_named) }} as named
    {%- endfor %}
{%- endmacro %}

{# Rows that are made again, each with the customer-day on which it lay, if it was known before. The day is that
   of the row as it came before, or it is still the same. #}
{% macro with_days_before(name, rows) -%}
    {%- set feed = changing_feeds()[name] -%}
    select
        rows_now.*,
        facts.customer_key as previous_customer_key,
        facts.{{ feed.day }} as previous_date
    from {{ rows }} as rows_now
    left join
        (
            select {{ feed.key }}, customer_key, {{ feed.day }}
            from {{ previous(feed.facts) }}
            where
                {{ feed.key }} in (select {{ feed.key }} from {{ rows }})
                and {{ feed.day }} in (
                    select {{ feed.day }}
                    from {{ rows }}
                    union
                    select {{ feed.day }}
                    from {{ ref(feed.before) }}
                )
        ) as facts
        on rows_now.{{ feed.key }} = facts.{{ feed.key }}
{%- endmacro %}

{# Rows of a table to make: all, or in a build of changes those that are made again, which hold its columns. #}
{% macro rows_to_make(table, changes) -%}
    {{ return(changes if only_changes() else table) }}
{%- endmacro %}

{# A condition that leaves the days on which rows of the scope lie now or lay before. It takes no row away that has a
   key of the scope; it saves looking at blocks of other years. #}
{% macro on_days_of(scope, day, column=none) -%}
    {{ column or day }} in (
        select {{ day }}
        from {{ scope }}
        union
        select previous_date
        from {{ scope }}
    )
{%- endmacro %}

{# The days that are within `stitch_days` of a row's: all on which a login can tell whose a session is. #}
{% macro days_near(rows, day) -%}
    {%- set reach = "cast(" ~ setting("stitch_days") ~ " as integer) + 1" -%}
    select distinct {{ day_from_number("day") }} as date_day
    from
        (
            {{
                day_spine(
                    "(select distinct " ~ day ~ " from " ~ rows ~ ") as days",
                    day_number(day) ~ " - (" ~ reach ~ ")",
                    day_number(day) ~ " + " ~ reach,
                )
            }}
        ) as near
{%- endmacro %}

{# The days that the as-of date has passed over since the last build, forwards or back: after the first, up to
   the second. #}
{% macro days_passed() -%}
    select
        least(chg_run.previous_as_of_date, run.as_of_date) as after_date,
        greatest(chg_run.previous_as_of_date, run.as_of_date) as to_date
    from {{ ref("chg_run") }} as chg_run
    cross join {{ ref("int_run__as_of") }} as run
{%- endmacro %}

{# What rows of a feed name together, and when. #}
{% macro identifiers_in(name, rows) -%}
    {%- set feed = changing_feeds()[name] -%}
    select
        '{{ name }}' as feed,
        {{ feed.key }} as row_id,
        customer_id,
        email,
        {{ named_contact(feed) }} as contact_id,
        {{ feed.moment }} as seen_at
    from {{ rows }} as named_together
{%- endmacro %}

{# The contact that a row of a feed names: an expression. #}
{% macro named_contact(feed, prefix="") -%}
    {%- if "contact_id" in feed.identifiers -%} {{ prefix }}contact_id
    {%- else -%} cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}
