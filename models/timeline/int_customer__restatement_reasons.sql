-- Why what was published of a customer no longer holds, the first reason that applies.
with

    shared_customers as ({{ shared_customer_ids() }}),

    restated as (select distinct customer_key from {{ ref("int_customer__restated") }}),

    resolved as (select * from {{ ref("int_identifier__resolved") }}),

    published_run as (select * from {{ ref("stg_published_run") }}),

    run as (select * from {{ ref("int_run__as_of") }}),

    arrivals as (
        select
            {{
                first_identifier(
                    ["customer_id", "contact_id", "email"], "shared_customers"
                )
            }} as identifier, is_changed_order, first_date
        from {{ ref("stg_arrivals") }}
    ),

    -- a key is the hash of the customer's first identifier: one that hashes no
    -- customer's first identifier any more has gone over to another customer
    replaced as (
        select md5(identifier) as replaced_key, customer_key
        from resolved
        where md5(identifier) <> customer_key
    ),

    merges as (
        select restated.customer_key, min(replaced.customer_key) as other_customer_key
        from restated
        inner join replaced on restated.customer_key = replaced.replaced_key
        group by restated.customer_key
        union all
        select replaced.customer_key, min(restated.customer_key) as other_customer_key
        from restated
        inner join replaced on restated.customer_key = replaced.replaced_key
        group by replaced.customer_key
    ),

    merged as (
        select customer_key, min(other_customer_key) as other_customer_key
        from merges
        group by customer_key
    ),

    arrived as (
        select
            resolved.customer_key,
            max(
                case when arrivals.is_changed_order then 1 else 0 end
            ) as changed_orders,
            min(arrivals.first_date) as first_date
        from arrivals
        inner join resolved on arrivals.identifier = resolved.identifier
        group by resolved.customer_key
    ),

    differences as (
        {{
            coverage_differences(
                ref("stg_published_measured_intervals"),
                ref("int_engagement__measured_intervals"),
            )
        }}
    ),

    -- whether engagement is measured on other published days than was said; a release
    -- of an older version says only from when it was observed
    coverage as (
        select
            case
                when published_run.is_previous_coverage_known
                then
                    exists (
                        select differences.differs_from
                        from differences
                        where
                            differences.differs_from <= least(
                                {{ day_number("published_run.previous_as_of_date") }},
                                {{ day_number("run.as_of_date") }}
                            )
                    )
                else
                    coalesce(
                        published_run.previous_engagement_observed_from,
                        date '9999-12-31'
                    )
                    <> coalesce(run.engagement_observed_from, date '9999-12-31')
            end as is_changed
        from published_run
        cross join run
    ),

    final as (
        select
            restated.customer_key,
            case
                -- what earlier releases said of people who are named no more
                when restated.customer_key like 'erased:%'
                then 'erasure'
                when merged.customer_key is not null
                then 'merge'
                when arrived.changed_orders = 1
                then 'changed_order'
                when arrived.first_date <= published_run.previous_as_of_date
                then 'late_event'
                when published_run.is_policy_changed
                then 'policy'
                -- a later login tells whose the earlier anonymous sessions were
                when arrived.customer_key is not null
                then 'late_event'
                when coverage.is_changed
                then 'measurement'
                else 'definition'
            end as reason,
            merged.other_customer_key
        from restated
        cross join published_run
        cross join coverage
        left join merged on restated.customer_key = merged.customer_key
        left join arrived on restated.customer_key = arrived.customer_key
    )

select *
from final
