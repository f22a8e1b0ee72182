-- One row per household with demographics. The source says nothing of when a profile
-- was made: it is dated by the household's first appearance, so that it adds no earlier
-- event of its own.
with
    appearances as (
        select customer_id, ordered_at as appeared_at
        from orders
        union all
        select customer_id, touched_at as appeared_at
        from crm_touches
    ),

    first_appearances as (
        select customer_id, min(appeared_at) as appeared_at
        from appearances
        group by customer_id
    ),

    final as (
        select
            first_appearances.customer_id as contact_id,
            first_appearances.appeared_at as created_at,
            first_appearances.customer_id,
            demographics.age,
            demographics.income,
            demographics.home_ownership,
            demographics.marital_status,
            demographics.household_size,
            demographics.household_comp,
            demographics.kids_count,
        from demographics
        inner join
            first_appearances
            on cast(demographics.household_id as varchar)
            = first_appearances.customer_id
    )

select *
from final
order by created_at, contact_id
