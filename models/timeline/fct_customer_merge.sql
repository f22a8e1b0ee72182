-- Where to look for a customer whose key readers were told of and which is nobody's any
-- more. A key is the hash of an identifier, so that whose the identifier is now tells
-- whose the key is now, however often it went from hand to hand.
with

    published as (
        select *
        from {{ ref("stg_published_customers") }}
        -- nothing leads from a person who asked to be forgotten to anybody
        where customer_key not like 'erased:%'
    ),

    customers as (select customer_key from {{ ref("dim_customer") }}),

    owners as (
        select md5(identifier) as own_key, customer_key
        from {{ ref("int_identifier__resolved") }}
    ),

    published_run as (select * from {{ ref("stg_published_run") }}),

    run as (select * from {{ ref("int_run__as_of") }}),

    gone as (
        select
            published.customer_key as previous_customer_key,
            published.next_customer_key,
            published.reason,
            published.release_id
        from published
        left join customers on published.customer_key = customers.customer_key
        where customers.customer_key is null
    ),

    traced as (
        select
            gone.previous_customer_key,
            -- where no row names the identifier any more, the last known trace holds
            coalesce(owners.customer_key, later_owners.customer_key) as customer_key,
            gone.reason,
            gone.release_id
        from gone
        left join owners on gone.previous_customer_key = owners.own_key
        left join
            owners as later_owners on gone.next_customer_key = later_owners.own_key
    ),

    learnt_now as (
        select customer_key, count(*) as merged_customers
        from traced
        where reason is null
        group by customer_key
    ),

    final as (
        select
            traced.previous_customer_key,
            coalesce(traced.customer_key, 'unknown') as customer_key,
            coalesce(
                traced.reason,
                case
                    when traced.customer_key is null
                    then 'dissolved'
                    when
                        published.customer_key is not null
                        or learnt_now.merged_customers > 1
                    then 'merge'
                    else 'renamed'
                end
            ) as reason,
            coalesce(
                traced.release_id, {{ release_id("run", "published_run") }}
            ) as release_id
        from traced
        cross join published_run
        cross join run
        left join published on traced.customer_key = published.customer_key
        left join learnt_now on traced.customer_key = learnt_now.customer_key
    )

select *
from final
