-- Customers whose timeline is computed again: something of theirs changed, the
-- as-of date passed over something of theirs, or other rules hold than before.
-- depends_on: {{ ref("chg_customer_days") }}, {{ ref("fct_customer_day") }}
-- depends_on: {{ ref("chg_run") }}, {{ ref("int_run__as_of") }}
-- depends_on: {{ ref("chg_policy_before") }}, {{ ref("int_policy__spans") }}
{% if only_changes() %}
    with

        customer_days as (
            select customer_key, activity_date from {{ ref("fct_customer_day") }}
        ),

        passed as ({{ days_passed() }}),

        policies as (select * from {{ ref("int_policy__spans") }}),

        policies_before as (select * from {{ ref("chg_policy_before") }}),

        other_policies as (
            select span_number
            from
                (
                    select *
                    from policies
                    except
                    select *
                    from policies_before
                ) as new_policies
            union all
            select span_number
            from
                (
                    select *
                    from policies_before
                    except
                    select *
                    from policies
                ) as old_policies
        ),

        customers as (
            select customer_key
            from {{ ref("chg_customer_days") }}
            union
            select customer_key
            from customer_days
            where
                activity_date > (select passed.after_date from passed)
                and activity_date <= (select passed.to_date from passed)
            union
            select customer_key
            from customer_days
            where exists (select other_policies.span_number from other_policies)
        ),

        final as (
            select customer_key
            from customers
            where customer_key not in ('unknown', 'erased')
        )

    select *
    from final
{% else %} {{ no_rows({"customer_key": dbt.type_string()}) }}
{% endif %}
