{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["customer_key"],
        access="protected",
        contract={"enforced": false},
        meta={"scope": "chg_people"},
    )
}}

{%- set changes = ref("chg_people") %}
{%- set channels = ["email", "sms", "phone"] %}

-- What a customer agrees to, by their profile and by what they said since.
with

    owners as (
        select contact_id, customer_key
        from {{ ref("int_contact__owners") }}
        where
            customer_key not in ('unknown', 'erased')
            and {{ changed(["customer_key"], changes) }}
    ),

    versions as (
        select owners.customer_key, versions.*
        from {{ ref("stg_contact_versions") }} as versions
        inner join owners on versions.contact_id = owners.contact_id
    ),

    touches as (
        select customer_key, lower(channel) as channel, touch_kind, touched_at
        from {{ ref("fct_crm_touches") }}
        where
            touch_kind in ('opt_out', 'opt_in')
            and customer_key not in ('unknown', 'erased')
            and {{ changed(["customer_key"], changes) }}
    ),

    -- what each version of each profile says of each channel
    statements as (
        {%- for channel in channels %}
            select
                customer_key,
                contact_id,
                '{{ channel }}' as channel,
                updated_at as stated_at,
                consent_{{ channel }} as consent
            from versions {{ "union all" if not loop.last }}
        {%- endfor %}
    ),

    turns as (
        select
            *,
            case
                when consent
                then 1
                else 0
            end - lag(case when consent then 1 else 0 end, 1, 0) over (
                partition by contact_id, channel order by stated_at
            ) as turn
        from statements
    ),

    -- in how many of the customer's profiles it stood just before
    counted as (
        select
            *,
            sum(turn) over (partition by customer_key, channel order by stated_at)
            - sum(turn) over (
                partition by customer_key, channel, stated_at
            ) as profiles_before
        from turns
    ),

    given as (
        select customer_key, channel, stated_at as given_at
        from counted
        where consent and profiles_before = 0
        union all
        select customer_key, channel, touched_at as given_at
        from touches
        where touch_kind = 'opt_in'
    ),

    last_given as (
        select customer_key, channel, max(given_at) as given_at
        from given
        group by customer_key, channel
    ),

    -- an opt-out on a channel that profiles do not know ends all consents
    opt_outs as (
        {%- for channel in channels %}
            select
                customer_key,
                '{{ channel }}' as channel,
                channel as said_on,
                touched_at as opted_out_at
            from touches
            where
                touch_kind = 'opt_out'
                and (
                    channel = '{{ channel }}'
                    or channel not in ('{{ channels | join("', '") }}')
                )
                {{ "union all" if not loop.last }}
        {%- endfor %}
    ),

    opt_ins as (
        select customer_key, channel, max(touched_at) as opted_in_at
        from touches
        where touch_kind = 'opt_in'
        group by customer_key, channel
    ),

    -- at one instant, the opt-out counts
    standing as (
        select
            opt_outs.customer_key,
            opt_outs.channel,
            min(opt_outs.opted_out_at) as opted_out_at
        from opt_outs
        left join
            last_given
            on opt_outs.customer_key = last_given.customer_key
            and opt_outs.channel = last_given.channel
        left join
            opt_ins
            on opt_outs.customer_key = opt_ins.customer_key
            and opt_outs.said_on = opt_ins.channel
        where
            (
                last_given.given_at is null
                or opt_outs.opted_out_at >= last_given.given_at
            )
            and (
                opt_ins.opted_in_at is null
                or opt_outs.opted_out_at >= opt_ins.opted_in_at
            )
        group by opt_outs.customer_key, opt_outs.channel
    ),

    ranked_statements as (
        select
            *,
            row_number() over (
                partition by customer_key, channel order by stated_at desc, contact_id
            ) as statement_order
        from statements
    ),

    profiles as (
        select customer_key, channel, stated_at, consent
        from ranked_statements
        where statement_order = 1
    ),

    customers as (
        select customer_key, channel
        from profiles
        union
        select customer_key, channel
        from standing
        union
        select customer_key, channel
        from opt_ins
        where channel in ('{{ channels | join("', '") }}')
    ),

    effective as (
        select
            customers.customer_key,
            customers.channel,
            standing.opted_out_at,
            case
                when standing.opted_out_at is not null
                then false
                when profiles.consent
                then true
                when opt_ins.opted_in_at > profiles.stated_at
                then true
                when opt_ins.opted_in_at is not null and profiles.consent is null
                then true
                else profiles.consent
            end as consent
        from customers
        left join
            profiles
            on customers.customer_key = profiles.customer_key
            and customers.channel = profiles.channel
        left join
            standing
            on customers.customer_key = standing.customer_key
            and customers.channel = standing.channel
        left join
            opt_ins
            on customers.customer_key = opt_ins.customer_key
            and customers.channel = opt_ins.channel
    ),

    final as (
        select
            customer_key,
            {%- for channel in channels %}
                bool_or(
                    case when channel = '{{ channel }}' then consent end
                ) as consent_{{ channel }},
                max(
                    case when channel = '{{ channel }}' then opted_out_at end
                ) as {{ channel }}_opted_out_at{{ "," if not loop.last }}
            {%- endfor %}
        from effective
        group by customer_key
    )

select *
from final
