{# Personal data in columns that are made for something else. Only dim_customer shows who somebody is; these macros
   are the one rule for all other public tables. Python masks file names and pages by the same patterns
   (customer_status/environment/masking.py). #}
{# What the text columns of the raw feeds hold: keys, by which rows are joined; texts, in which e-mail addresses are
   masked; free texts, in which telephone numbers are masked, too. Columns that are not named identify somebody and
   are not published, or hold only known words. #}
{% macro personal_data_columns() -%}
    {{
        return(
            {
                "orders": {
                    "keys": ["order_id", "returns_order_id", "store_id"],
                    "texts": [
                        "coupon_code",
                        "subscription_id",
                        "sales_channel",
                        "policy_segment",
                    ],
                    "free_texts": [],
                },
                "web_sessions": {
                    "keys": ["session_id"],
                    "texts": ["source", "medium", "campaign", "device", "country"],
                    "free_texts": ["landing_page"],
                },
                "crm_touches": {
                    "keys": [
                        "touch_id",
                        "campaign_id",
                        "offer_id",
                        "thread_id",
                        "in_reply_to",
                    ],
                    "texts": ["channel"],
                    "free_texts": ["topic"],
                },
            }
        )
    }}
{%- endmacro %}

{# The raw rows of a feed without personal data in their text columns. #}
{% macro raw_rows(name) -%}
    {{ return(adapter.dispatch("raw_rows")(name)) }}
{%- endmacro %}

{% macro duckdb__raw_rows(name) -%}
    {%- set columns = personal_data_columns()[name] -%}
    {%- set replaced = [] -%}
    {%- for column in columns["keys"] -%}
        {%- do replaced.append(hashed_key(column) ~ " as " ~ column) -%}
    {%- endfor -%}
    {%- for column in columns["texts"] -%}
        {%- do replaced.append(masked_text(column) ~ " as " ~ column) -%}
    {%- endfor -%}
    {%- for column in columns["free_texts"] -%}
        {%- do replaced.append(masked_free_text(column) ~ " as " ~ column) -%}
    {%- endfor -%}
    select * replace ({{ replaced | join(", ") }})
    from {{ source("raw", name) }}
{%- endmacro %}

{# The key of a raw row as staging knows it. #}
{% macro staged_key(name, key) -%}
    {%- set keys = personal_data_columns().get(name, {}).get("keys", []) -%}
    {{ return(hashed_key(key) if key in keys else key) }}
{%- endmacro %}

{# Whether a text holds what looks like an e-mail address, written plainly or encoded. #}
{% macro has_email_address(text) -%}
    {{ return(adapter.dispatch("has_email_address")(text)) }}
{%- endmacro %}

{# A search for single letters is quick, and leaves few texts to the pattern. #}
{% macro duckdb__has_email_address(text) -%}
    (
        (
            contains(cast({{ text }} as varchar), '@')
            or contains(cast({{ text }} as varchar), '%')
            or contains(cast({{ text }} as varchar), '&#')
            or contains(cast({{ text }} as varchar), '＠')
            or contains(cast({{ text }} as varchar), '﹫')
        )
        and regexp_matches({{ text }}, '{{ var("email_address_pattern") }}')
    )
{%- endmacro %}

{# A key that may be an e-mail address: hashed as a whole, so that two keys stay two and joins hold. #}
{% macro hashed_key(key) -%}
    case
        when {{ has_email_address(key) }}
        then 'hashed:' || md5({{ key }})
        else cast({{ key }} as {{ dbt.type_string() }})
    end
{%- endmacro %}

{# The text with `***` in the place of every e-mail address. #}
{% macro masked_text(text) -%}
    {{ return(adapter.dispatch("masked_text")(text)) }}
{%- endmacro %}

{% macro duckdb__masked_text(text) -%}
    case
        when {{ has_email_address(text) }}
        then
            regexp_replace({{ text }}, '{{ var("email_address_pattern") }}', '***', 'g')
        else cast({{ text }} as {{ dbt.type_string() }})
    end
{%- endmacro %}

{# The text with `***` in the place of every e-mail address and telephone number. Only for texts that people write:
   long order numbers look like telephone numbers. #}
{% macro masked_free_text(text) -%}
    {{ return(adapter.dispatch("masked_free_text")(text)) }}
{%- endmacro %}

{% macro duckdb__masked_free_text(text) -%}
    regexp_replace(
        {{ masked_text(text) }}, '{{ var("telephone_number_pattern") }}', '***', 'g'
    )
{%- endmacro %}
