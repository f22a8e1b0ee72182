-- Customer-days on which something lay, or lies now, that is made again.
-- depends_on: {{ ref("fct_orders") }}, {{ ref("chg_orders") }}
-- depends_on: {{ ref("fct_web_sessions") }}, {{ ref("chg_sessions") }}
-- depends_on: {{ ref("fct_crm_touches") }}, {{ ref("chg_touches") }}
-- depends_on: {{ ref("int_contact__owners") }}, {{ ref("chg_contacts") }}
{% if only_changes() %}
    with

        final as (
            select customer_key, activity_date
            from {{ ref("chg_orders") }}
            where customer_key is not null
            union
            select customer_key, activity_date
            from {{ ref("chg_sessions") }}
            where customer_key is not null
            union
            select customer_key, activity_date
            from {{ ref("chg_touches") }}
            where customer_key is not null
            union
            select customer_key, activity_date
            from {{ ref("chg_contacts") }}
            where customer_key is not null
            union
            select customer_key, order_date as activity_date
            from {{ ref("fct_orders") }}
            where order_id in (select order_id from {{ ref("chg_orders") }})
            union
            select customer_key, session_date as activity_date
            from {{ ref("fct_web_sessions") }}
            where session_id in (select session_id from {{ ref("chg_sessions") }})
            union
            select customer_key, touch_date as activity_date
            from {{ ref("fct_crm_touches") }}
            where touch_id in (select touch_id from {{ ref("chg_touches") }})
            union
            select customer_key, created_date as activity_date
            from {{ ref("int_contact__owners") }}
            where contact_id in (select contact_id from {{ ref("chg_contacts") }})
        )

    select *
    from final
{% else %} {{ no_rows({"customer_key": dbt.type_string(), "activity_date": "date"}) }}
{% endif %}
