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

    final as (
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
            cast(
                ranked.rate / reporting_ranked.rate as decimal(18, 10)
            ) as exchange_rate
        from ranked
        inner join
            reporting_ranked
            on ranked.currency = reporting_ranked.currency
            and ranked.effective_from = reporting_ranked.effective_from
            and reporting_ranked.preference = 1
        where ranked.preference = 1
    )

select *
from final
