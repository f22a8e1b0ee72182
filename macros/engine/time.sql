{# Calendar arithmetic, where engines differ. A day number counts days from 1970-01-01. #}
{% macro local_date(instant, time_zone) -%}
    {{ return(adapter.dispatch("local_date")(instant, time_zone)) }}
{%- endmacro %}

{# Most zones are UTC, where no calendar is needed: a third of the time. #}
{% macro duckdb__local_date(instant, time_zone) -%}
    case
        when {{ time_zone }} = 'UTC'
        then cast(make_timestamp(epoch_us({{ instant }})) as date)
        else cast(timezone({{ time_zone }}, {{ instant }}) as date)
    end
{%- endmacro %}

{% macro day_number(day) -%}
    {{ return(adapter.dispatch("day_number")(day)) }}
{%- endmacro %}

{% macro duckdb__day_number(day) -%}
    cast({{ day }} - date '1970-01-01' as integer)
{%- endmacro %}

{% macro day_from_number(number) -%}
    {{ return(adapter.dispatch("day_from_number")(number)) }}
{%- endmacro %}

{% macro duckdb__day_from_number(number) -%}
    (date '1970-01-01' + cast({{ number }} as integer))
{%- endmacro %}

{% macro seconds_between(earlier, later) -%}
    {{ return(adapter.dispatch("seconds_between")(earlier, later)) }}
{%- endmacro %}

{% macro duckdb__seconds_between(earlier, later) -%}
    ((epoch_us({{ later }}) - epoch_us({{ earlier }})) / 1000000.0)
{%- endmacro %}

{# Months or quarters counted from year 0, so that the next period is one more. #}
{% macro period_number(day, habit_period) -%}
    case
        when {{ habit_period }} = 'quarter'
        then extract(year from {{ day }}) * 4 + extract(quarter from {{ day }}) - 1
        else extract(year from {{ day }}) * 12 + extract(month from {{ day }}) - 1
    end
{%- endmacro %}

{% macro period_start_day_number(number, habit_period) -%}
    {{ return(adapter.dispatch("period_start_day_number")(number, habit_period)) }}
{%- endmacro %}

{% macro duckdb__period_start_day_number(number, habit_period) -%}
    case
        when {{ habit_period }} = 'quarter'
        then
            {{
                duckdb__day_number(
                    "make_date(" ~ number ~ " // 4, (" ~ number ~ " % 4) * 3 + 1, 1)"
                )
            }}
        else
            {{
                duckdb__day_number(
                    "make_date(" ~ number ~ " // 12, " ~ number ~ " % 12 + 1, 1)"
                )
            }}
    end
{%- endmacro %}

{# One row per day number from the first to the last, both included, in a column named day. #}
{% macro day_spine(bounds, first_day, last_day) -%}
    {{ return(adapter.dispatch("day_spine")(bounds, first_day, last_day)) }}
{%- endmacro %}

{% macro duckdb__day_spine(bounds, first_day, last_day) -%}
    select unnest(generate_series({{ first_day }}, {{ last_day }})) as day
    from {{ bounds }}
{%- endmacro %}

{# 1 is Monday, 7 is Sunday. #}
{% macro iso_weekday(day) -%}
    {{ return(adapter.dispatch("iso_weekday")(day)) }}
{%- endmacro %}

{% macro duckdb__iso_weekday(day) -%} cast(isodow({{ day }}) as integer) {%- endmacro %}
