-- Customer-days on which something lay, or lies now, that is made again.
-- depends_on: {{ ref("fct_orders") }}, {{ ref("chg_orders") }}
-- depends_on: {{ ref("fct_web_sessions") }}, {{ ref("chg_sessions") }}
-- depends_on: {{ ref("fct_crm_touches") }}, {{ ref("chg_touches") }}
-- depends_on: {{ ref("int_contact__owners") }}, {{ ref("chg_contacts") }}
{% if only_changes() %}
    with

        final as (
            select previous_customer_key as customer_key, previous_date as activity_date
            from {{ ref("chg_orders") }}
            where previous_customer_key is not null
            union
            select previous_customer_key as customer_key, previous_date as activity_date
            from {{ ref("chg_sessions") }}
            where previous_customer_key is not null
            union
            select previous_customer_key as customer_key, previous_date as activity_date
            from {{ ref("chg_touches") }}
            where previous_customer_key is not null
            union
            select previous_customer_key as customer_key, previous_date as activity_date
            from {{ ref("chg_contacts") }}
            where previous_customer_key is not null
            union
            select customer_key, order_date as activity_date
            from {{ ref("fct_orders") }}
            where
                order_id in (select order_id from {{ ref("chg_orders") }})
                and {{ on_days_of(ref("chg_orders"), "order_date") }}
            union
            select customer_key, session_date as activity_date
            from {{ ref("fct_web_sessions") }}
            where
                session_id in (select session_id from {{ ref("chg_sessions") }})
                and {{ on_days_of(ref("chg_sessions"), "session_date") }}
            union
            select customer_key, touch_date as activity_date
            from {{ ref("fct_crm_touches") }}
            where
                touch_id in (select touch_id from {{ ref("chg_touches") }})
                and {{ on_days_of(ref("chg_touches"), "touch_date") }}
            union
            select customer_key, created_date as activity_date
            from {{ ref("int_contact__owners") }}
            where
                contact_id in (select contact_id from {{ ref("chg_contacts") }})
                and {{ on_days_of(ref("chg_contacts"), "created_date") }}
        )

    select *
    from final
{% else %} {{ no_rows({"customer_key": dbt.type_string(), "activity_date": "date"}) }}
{% endif %}
