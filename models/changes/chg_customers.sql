-- Customers whose timeline is computed again: something of theirs changed, the
-- as-of date passed over something of theirs, engagement is measured on other days of
-- theirs, or other rules hold than before.
-- depends_on: {{ ref("chg_customer_days") }}, {{ ref("fct_customer_day") }}
-- depends_on: {{ ref("chg_run") }}, {{ ref("int_run__as_of") }}
-- depends_on: {{ ref("chg_policy_before") }}, {{ ref("int_policy__spans") }}
-- depends_on: {{ ref("chg_measured_before") }}
-- depends_on: {{ ref("int_engagement__measured_intervals") }}
{% if only_changes() %}
    with

        customer_days as (
            select customer_key, activity_date, purchases
            from {{ ref("fct_customer_day") }}
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

        coverage as (
            {{
                coverage_differences(
                    ref("chg_measured_before"),
                    ref("int_engagement__measured_intervals"),
                )
            }}
        ),

        longest_limit as (
            select max(inactive_after_days) as inactive_after_days from policies
        ),

        -- Measurement matters on days on which a customer is not inactive, and on the
        -- day on which they become it. The cause of a day looks at the day before.
        coverage_days as (
            select
                {{
                    day_from_number(
                        "greatest(coverage.differs_from - longest_limit.inactive_after_days - 1, "
                        ~ day_number("date '0001-01-01'")
                        ~ ")"
                    )
                }}
                as first_date,
                {{ day_from_number("coverage.differs_to") }} as last_date
            from coverage
            cross join longest_limit
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
            union
            select customer_days.customer_key
            from customer_days
            inner join
                coverage_days
                on customer_days.activity_date >= coverage_days.first_date
                and customer_days.activity_date <= coverage_days.last_date
            where customer_days.purchases > 0
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
