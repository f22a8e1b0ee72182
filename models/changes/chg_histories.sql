-- Customers whose history reads otherwise: their timeline was computed again, or
-- the as-of date passed over the beginning of an interval.
-- depends_on: {{ ref("chg_customers") }}, {{ ref("int_customer__timeline") }}
-- depends_on: {{ ref("chg_run") }}, {{ ref("int_run__as_of") }}
{% if only_changes() %}
    with

        passed as ({{ days_passed() }}),

        final as (
            select customer_key
            from {{ ref("chg_customers") }}
            union
            select customer_key
            from {{ ref("int_customer__timeline") }}
            where
                valid_from > (select passed.after_date from passed)
                and valid_from <= (select passed.to_date from passed)
        )

    select *
    from final
{% else %} {{ no_rows({"customer_key": dbt.type_string()}) }}
{% endif %}
