with

    orders as (
        select distinct channel_key, sales_channel as channel
        from {{ ref("fct_orders") }}
        where channel_key is not null
    ),

    web_sessions as (
        select distinct channel_key, coalesce(medium, 'none') as channel
        from {{ ref("fct_web_sessions") }}
    ),

    crm_touches as (
        select distinct channel_key, channel from {{ ref("fct_crm_touches") }}
    ),

    sales_channels as (select * from {{ ref("sales_channels") }}),

    used as (
        select channel_key, 'sales' as channel_type, channel
        from orders
        union all
        select channel_key, 'web' as channel_type, channel
        from web_sessions
        union all
        select channel_key, 'crm' as channel_type, channel
        from crm_touches
    ),

    final as (
        select
            used.channel_key,
            used.channel_type,
            used.channel,
            case
                when used.channel_type = 'web' then true else sales_channels.is_digital
            end as is_digital
        from used
        left join
            sales_channels
            on used.channel_type = 'sales'
            and lower(used.channel) = sales_channels.sales_channel
    )

select *
from final
