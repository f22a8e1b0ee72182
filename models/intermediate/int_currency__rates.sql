with

    rates as (select * from {{ ref("currency_rates") }}),

    reporting_rates as (
        select * from rates where currency = {{ setting("reporting_currency") }}
    ),

    -- every day on which a currency's rate, or the reporting currency's own, changes
    changes as (
        select currency, effective_from
        from rates
        union
        select rates.currency, reporting_rates.effective_from
        from rates
        cross join reporting_rates
    ),

    -- the rate in force on that day; before a currency's first rate, its first rate
    ranked as (
        select
            changes.currency,
            changes.effective_from,
            rates.rate,
            row_number() over (
                partition by changes.currency, changes.effective_from
                order by
                    case
                        when rates.effective_from <= changes.effective_from
                        then rates.effective_from
                    end desc nulls last,
                    rates.effective_from
            ) as preference
        from changes
        inner join rates on changes.currency = rates.currency
    ),

    reporting_ranked as (
        select
            changes.currency,
            changes.effective_from,
            reporting_rates.rate,
            row_number() over (
                partition by changes.currency, changes.effective_from
                order by
                    case
                        when reporting_rates.effective_from <= changes.effective_from
                        then reporting_rates.effective_from
                    end desc nulls last,
                    reporting_rates.effective_from
            ) as preference
        from changes
        cross join reporting_rates
    ),

    paired as (
        select
            ranked.currency,
            case
                when
                    row_number() over (
                        partition by ranked.currency order by ranked.effective_from
                    )
                    = 1
                then date '0001-01-01'
                else ranked.effective_from
            end as valid_from,
            coalesce(
                lead(ranked.effective_from) over (
                    partition by ranked.currency order by ranked.effective_from
                ),
                date '9999-12-31'
            ) as valid_to,
            {{ whole_units("ranked.rate", 10) }} as rate_units,
            {{ whole_units("reporting_ranked.rate", 10) }} as reporting_rate_units
        from ranked
        inner join
            reporting_ranked
            on ranked.currency = reporting_ranked.currency
            and ranked.effective_from = reporting_ranked.effective_from
            and reporting_ranked.preference = 1
        where ranked.preference = 1
    ),

    final as (
        select
            currency,
            valid_from,
            valid_to,
            cast(rate_units as {{ dbt.type_bigint() }}) as rate_numerator,
            cast(reporting_rate_units as {{ dbt.type_bigint() }}) as rate_denominator,
            {{
                from_whole_units(
                    rounded_quotient(
                        "(rate_units * " ~ whole_units("1", 18) ~ ")",
                        "reporting_rate_units",
                    ),
                    18,
                )
            }} as exchange_rate
        from paired
    )

select *
from final
