{%- set before = ref("chg_orders_before") %}

-- Rows of files that the last release did not know: what can have changed what was
-- published.
with

    known_files as (select feed, file_id from {{ source("published", "files") }}),

    -- before the first release nothing was published, so nothing needs a reason
    last_release as (
        select 1 as is_made
        from {{ source("published", "run") }}
        where previous_release_id is not null
    ),

    orders as ({{ raw_rows("orders") }}),

    web_sessions as ({{ raw_rows("web_sessions") }}),

    crm_touches as ({{ raw_rows("crm_touches") }}),

    contacts as (select * from {{ source("raw", "contacts") }}),

    new_orders as (
        select *
        from orders
        where
            _file_id not in (
                select known_files.file_id
                from known_files
                where known_files.feed = 'orders'
            )
            and exists (select last_release.is_made from last_release)
    ),

    changed_orders as (
        {%- if only_changes() %}select order_id from {{ before }}
        {%- else %}
            select distinct orders.order_id
            from orders
            inner join new_orders on orders.order_id = new_orders.order_id
            where
                orders._file_id in (
                    select known_files.file_id
                    from known_files
                    where known_files.feed = 'orders'
                )
        {%- endif %}
    ),

    arrivals as (
        select
            customer_id,
            email,
            cast(null as {{ dbt.type_string() }}) as contact_id,
            ordered_at as occurred_at,
            order_id
            in (select changed_orders.order_id from changed_orders) as is_changed_order
        from new_orders
        union all
        select
            customer_id,
            email,
            cast(null as {{ dbt.type_string() }}) as contact_id,
            started_at as occurred_at,
            false as is_changed_order
        from web_sessions
        where
            _file_id not in (
                select known_files.file_id
                from known_files
                where known_files.feed = 'web_sessions'
            )
            and exists (select last_release.is_made from last_release)
        union all
        select
            customer_id,
            email,
            contact_id,
            touched_at as occurred_at,
            false as is_changed_order
        from crm_touches
        where
            _file_id not in (
                select known_files.file_id
                from known_files
                where known_files.feed = 'crm_touches'
            )
            and exists (select last_release.is_made from last_release)
        union all
        select
            customer_id,
            email,
            contact_id,
            created_at as occurred_at,
            false as is_changed_order
        from contacts
        where
            _file_id not in (
                select known_files.file_id
                from known_files
                where known_files.feed = 'contacts'
            )
            and exists (select last_release.is_made from last_release)
    ),

    named as (
        select
            {{ without_placeholder("customer_id") }} as customer_id,
            {{ email_without_placeholder("email") }} as email,
            {{ without_placeholder("contact_id") }} as contact_id,
            is_changed_order,
            {{ local_date("occurred_at", setting("business_timezone")) }}
            as arrival_date
        from arrivals
    ),

    final as (
        select
            customer_id,
            email,
            contact_id,
            is_changed_order,
            min(arrival_date) as first_date
        from named
        where customer_id is not null or email is not null or contact_id is not null
        group by customer_id, email, contact_id, is_changed_order
    )

select *
from final
