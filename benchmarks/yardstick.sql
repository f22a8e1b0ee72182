-- The public tables, made by one hand-written script that only wants to be fast: the yardstick
-- beside which the time of the build is measured. Rows are read from raw Parquet in place, several
-- times but few columns at a time; nothing wide is sorted or written twice; customers and days are
-- integers until the last moment. `benchmarks.yardstick` runs it and proves its rows.
--
-- Given as variables: raw, seeds (folders); run_date; first_customer, last_customer (the slice of
-- customers that the part between the marks `slice begins` and `slice ends` works on, so that its
-- sorts stay in memory). Customer 0 is the unknown one, -1 are those who asked to be forgotten.
--
-- Left out: the restatement log and the ingest tables, which rest on other input than rows, and
-- habits that look back more than 60 periods.

-- Compressing long, random texts (keys, session ids) takes half the time of writing a table.
set disabled_compression_methods = 'fsst,dict_fsst';

-- Seeds -------------------------------------------------------------------------------------------
create temp table settings as
from read_csv(getvariable('seeds') || '/settings.csv', all_varchar = true);

set variable zone = (select value from settings where setting = 'business_timezone');
set variable reporting_currency = (
    select value from settings where setting = 'reporting_currency'
);
set variable degree = (
    select value::int from settings where setting = 'max_identifier_degree'
);
set variable stitch_us = (
    select value::bigint * 86400000000 from settings where setting = 'stitch_days'
);

create temp table stores as
from read_csv(getvariable('seeds') || '/stores.csv', all_varchar = true);

create temp table touch_types as
from read_csv(
    getvariable('seeds') || '/touch_types.csv', auto_detect = false, header = true,
    columns = {
        touch_type: 'varchar', kind: 'varchar', is_dissatisfaction: 'boolean',
        dissatisfied_at_or_below: 'decimal(5,2)'
    }
);

create temp table points as
from read_csv(
    getvariable('seeds') || '/engagement_points.csv', auto_detect = false, header = true,
    columns = {
        source: 'varchar', touch_type: 'varchar', points: 'decimal(9,2)',
        daily_cap: 'decimal(9,2)'
    }
);

create temp table sales_channels as
from read_csv(
    getvariable('seeds') || '/sales_channels.csv', auto_detect = false, header = true,
    columns = {sales_channel: 'varchar', is_digital: 'boolean'}
);

create temp table bot_rules as
select
    lower(device) as device, lower(source) as source, lower(medium) as medium,
    page_views_at_least, pages_per_second_at_least
from read_csv(
    getvariable('seeds') || '/bot_rules.csv', auto_detect = false, header = true,
    columns = {
        bot_rule: 'varchar', device: 'varchar', source: 'varchar', medium: 'varchar',
        page_views_at_least: 'bigint', pages_per_second_at_least: 'decimal(9,3)'
    }
)
where coalesce(
    device, source, medium, page_views_at_least::varchar, pages_per_second_at_least::varchar
) is not null;

create temp table currency_rates as
from read_csv(
    getvariable('seeds') || '/currency_rates.csv', auto_detect = false, header = true,
    columns = {currency: 'varchar', effective_from: 'date', rate: 'decimal(18,10)'}
);

create temp table status_policy as
from read_csv(
    getvariable('seeds') || '/status_policy.csv', auto_detect = false, header = true,
    columns = {
        policy_segment: 'varchar', effective_from: 'date', inactive_after_days: 'int',
        at_risk_after_days: 'int', engagement_window_days: 'int',
        engagement_points_required: 'decimal(9,2)', habit_period: 'varchar',
        habit_window_periods: 'int', habit_periods_required: 'int',
        subscription_valid_days: 'int', engagement_measured_from: 'date',
        engagement_gap_days: 'int', engagement_feeds: 'varchar'
    }
);

create temp table rates as
with
    own as (from currency_rates where currency = getvariable('reporting_currency')),
    changes as (
        select currency, effective_from from currency_rates
        union
        select currency_rates.currency, own.effective_from from currency_rates cross join own
    ),
    -- before a currency's first rate, its first rate
    valued as (
        select
            currency,
            effective_from,
            coalesce(
                (
                    select max_by(r.rate, r.effective_from)
                    from currency_rates r
                    where r.currency = changes.currency
                        and r.effective_from <= changes.effective_from
                ),
                (
                    select min_by(r.rate, r.effective_from)
                    from currency_rates r
                    where r.currency = changes.currency
                )
            ) as rate,
            coalesce(
                (
                    select max_by(own.rate, own.effective_from)
                    from own
                    where own.effective_from <= changes.effective_from
                ),
                (select min_by(own.rate, own.effective_from) from own)
            ) as own_rate
        from changes
    )
select
    currency,
    case when row_number() over w = 1 then date '0001-01-01' else effective_from end as valid_from,
    (rate / own_rate)::decimal(18, 10) as exchange_rate
from valued
window w as (partition by currency order by effective_from);

-- Raw rows ----------------------------------------------------------------------------------------
-- Day number of an instant in a zone; UTC, the usual zone, needs no calendar.
create temp macro day_in(instant, zone) as
    case
        when zone = 'UTC' then ((epoch_us(instant) + 8640000000000000) // 86400000000 - 100000)::int
        else (timezone(zone, instant)::date - date '1970-01-01')::int
    end;

create temp macro to_date(day) as date '1970-01-01' + day;

-- Months or quarters since year 0.
create temp macro period_of(day, habit_period) as (
    case
        when habit_period = 'quarter' then year(to_date(day)) * 4 + quarter(to_date(day)) - 1
        else year(to_date(day)) * 12 + month(to_date(day)) - 1
    end
)::int;

create temp macro period_start(period, habit_period) as (
    case
        when habit_period = 'quarter' then make_date(period // 4, period % 4 * 3 + 1, 1)
        else make_date(period // 12, period % 12 + 1, 1)
    end - date '1970-01-01'
)::int;

-- Half of the last digit rounded up, as `safe_ratio` does.
create temp macro ratio(numerator, denominator, scale) as (
    floor(
        (2 * (numerator * scale)::double + denominator) / nullif(2 * denominator, 0)
    ) / scale
);

-- A token in the place of what a person who asked to be forgotten was known by.
create temp macro is_forgotten(value) as value like 'erased:%' and length(value) = 39;

-- Addresses are rare: the pattern is tried only where there can be one.
create temp macro without_email_addresses(text) as
    case
        when contains(text, '@') or contains(text, '%40') then
            regexp_replace(
                text, '[[:alnum:]._%+-]+(@|%40)[[:alnum:]-]+([.][[:alnum:]-]+)+', '***', 'g'
            )
        else text
    end;

-- A row goes by its place in the files. The versions that lose are few: only they are written down.
create temp view all_orders as
select *, (file_index::bigint << 40) + file_row_number as place
from read_parquet(getvariable('raw') || '/orders/*.parquet');

create temp view all_sessions as
select *, (file_index::bigint << 40) + file_row_number as place
from read_parquet(getvariable('raw') || '/web_sessions/*.parquet');

create temp view all_touches as
select *, (file_index::bigint << 40) + file_row_number as place
from read_parquet(getvariable('raw') || '/crm_touches/*.parquet');

create temp view all_contacts as
select *, (file_index::bigint << 40) + file_row_number as place
from read_parquet(getvariable('raw') || '/contacts/*.parquet');

create temp table order_losers as
with
    repeated as (select hash(order_id) as h from all_orders group by h having count(*) > 1),
    ranked as (
        select
            place,
            row_number() over (
                partition by order_id
                order by
                    coalesce(updated_at, ordered_at) desc nulls last, ordered_at desc nulls last,
                    customer_id desc nulls last, email desc nulls last,
                    order_status desc nulls last, order_type desc nulls last,
                    currency desc nulls last, gross_amount desc nulls last,
                    discount_amount desc nulls last, refund_amount desc nulls last,
                    coupon_code desc nulls last, subscription_id desc nulls last,
                    sales_channel desc nulls last, store_id desc nulls last,
                    policy_segment desc nulls last, item_count desc nulls last
            ) as version_rank
        from all_orders semi join repeated on hash(order_id) = h
    )
select place from ranked where version_rank > 1;

create temp table session_losers as
with
    repeated as (select hash(session_id) as h from all_sessions group by h having count(*) > 1),
    ranked as (
        select
            place,
            row_number() over (
                partition by session_id
                order by
                    ended_at desc nulls last, started_at desc nulls last,
                    visitor_id desc nulls last, customer_id desc nulls last,
                    email desc nulls last, page_views desc nulls last,
                    conversions desc nulls last, source desc nulls last, medium desc nulls last,
                    campaign desc nulls last, device desc nulls last, country desc nulls last,
                    landing_page desc nulls last
            ) as version_rank
        from all_sessions semi join repeated on hash(session_id) = h
    )
select place from ranked where version_rank > 1;

create temp table touch_losers as
with
    repeated as (select hash(touch_id) as h from all_touches group by h having count(*) > 1),
    ranked as (
        select
            place,
            row_number() over (
                partition by touch_id
                order by
                    coalesce(updated_at, touched_at) desc nulls last, touched_at desc nulls last,
                    contact_id desc nulls last, customer_id desc nulls last,
                    email desc nulls last, direction desc nulls last, channel desc nulls last,
                    touch_type desc nulls last, campaign_id desc nulls last,
                    offer_id desc nulls last, score desc nulls last, topic desc nulls last,
                    cost_amount desc nulls last
            ) as version_rank
        from all_touches semi join repeated on hash(touch_id) = h
    )
select place from ranked where version_rank > 1;

create temp table contact_losers as
with
    repeated as (select hash(contact_id) as h from all_contacts group by h having count(*) > 1),
    ranked as (
        select
            place,
            row_number() over (
                partition by contact_id
                order by
                    coalesce(updated_at, created_at) desc nulls last, created_at desc nulls last,
                    customer_id desc nulls last, email desc nulls last,
                    full_name desc nulls last, birth_date desc nulls last,
                    gender desc nulls last, city desc nulls last, country desc nulls last,
                    consent_email desc nulls last, consent_sms desc nulls last,
                    consent_phone desc nulls last
            ) as version_rank
        from all_contacts semi join repeated on hash(contact_id) = h
    )
select place from ranked where version_rank > 1;

create temp view orders as
from all_orders anti join order_losers using (place);

create temp view sessions as
from all_sessions anti join session_losers using (place);

create temp view touches as
from all_touches anti join touch_losers using (place);

create temp view contacts as
from all_contacts anti join contact_losers using (place);

-- People ------------------------------------------------------------------------------------------
create temp table sightings as
select customer_id, lower(email) as email, contact_id, min(seen_at) as seen_at
from (
    select customer_id, email, null as contact_id, ordered_at as seen_at from orders
    union all
    select customer_id, email, null, started_at from sessions
    union all
    select customer_id, email, contact_id, touched_at from touches
    union all
    select customer_id, email, contact_id, created_at from contacts
)
where customer_id is not null or email is not null or contact_id is not null
group by all;

-- Identifiers that say who somebody is; the shared ones do not.
create temp table nodes as
with
    known as (
        select 1 as kind, customer_id as value, min(seen_at) as seen_at
        from sightings where customer_id is not null group by value
        union all
        select 2, email, min(seen_at)
        from sightings where email is not null group by email
        having count(distinct customer_id) <= getvariable('degree')
        union all
        select 3, contact_id, min(seen_at)
        from sightings where contact_id is not null group by contact_id
        having count(distinct customer_id) <= getvariable('degree')
    )
select (row_number() over ())::int as node, * from known;

create temp table edges as
with
    numbered as (
        select a.node as a, b.node as b, c.node as c
        from sightings s
        left join nodes a on a.kind = 1 and a.value = s.customer_id
        left join nodes b on b.kind = 2 and b.value = s.email
        left join nodes c on c.kind = 3 and c.value = s.contact_id
    ),
    pairs as (
        -- a row's identifiers in a chain: two links join three
        select coalesce(a, b) as one, case when a is null then c else coalesce(b, c) end as other
        from numbered
        union
        select b, c from numbered where a is not null
    )
select one, other from pairs where other is not null and one is not null
union all
select other, one from pairs where other is not null and one is not null;

create temp table components as
with recursive reached(node, component) using key (node) as (
    select distinct one as node, one as component from edges
    union (
        select edges.other as node, min(reached.component) as component
        from reached
        inner join edges on reached.node = edges.one
        inner join recurring.reached as known on edges.other = known.node
        where reached.component < known.component
        group by edges.other
    )
)
select node, component from reached;

-- Who is who. Customers are numbered in the order of their keys, so that the lesser number is the
-- lesser key and tables written by number come out sorted by key.
create temp table members as
with
    joined as (
        select nodes.*, coalesce(component, node) as component
        from nodes left join components using (node)
    ),
    named as (
        select
            component,
            case
                when bool_or(is_forgotten(value)) then 'erased'
                else md5(
                    min(
                        {
                            seen_at: seen_at, kind: kind,
                            name: ['customer_id:', 'email:', 'contact_id:'][kind] || value
                        }
                    ).name
                )
            end as customer_key
        from joined
        group by component
    ),
    numbered as (
        select
            *,
            case
                when customer_key = 'erased' then -1
                else (
                    row_number() over (partition by customer_key = 'erased' order by customer_key)
                )::int
            end as customer
        from named
    )
select customer, customer_key, kind, value, seen_at
from joined inner join numbered using (component);

create temp table customers as
select distinct customer, customer_key from members
union all
select 0, 'unknown';

create temp table by_customer_id as select value as customer_id, customer from members where kind = 1;
create temp table by_email as select value as email, customer from members where kind = 2;
create temp table by_contact_id as select value as contact_id, customer from members where kind = 3;

-- Anonymous sessions: the customer of the next login in time, else of the last.
create temp table stitched as
with
    logins as (
        select visitor_id, started_at, min(customer) as customer
        from (
            select visitor_id, started_at, coalesce(i.customer, e.customer) as customer
            from sessions s
            left join by_customer_id i on s.customer_id = i.customer_id
            left join by_email e on s.customer_id is null and lower(s.email) = e.email
            where s.customer_id is not null or s.email is not null
        )
        where customer is not null
        group by visitor_id, started_at
    ),
    visits as (
        select visitor_id, started_at, place
        from sessions semi join logins using (visitor_id)
        where customer_id is null and email is null
    ),
    -- one sort for both looks, ahead and back
    moments as (
        select visitor_id, started_at, place, null as login_at, null as customer from visits
        union all
        select visitor_id, started_at, null, started_at, customer from logins
    ),
    surrounded as (
        select
            place,
            epoch_us(started_at) as at_us,
            first_value(epoch_us(login_at) ignore nulls) over ahead as next_us,
            first_value(customer ignore nulls) over ahead as next_customer,
            last_value(epoch_us(login_at) ignore nulls) over back as last_us,
            last_value(customer ignore nulls) over back as last_customer
        from moments
        window
            ahead as (
                partition by visitor_id order by started_at
                range between current row and unbounded following
            ),
            back as (
                partition by visitor_id order by started_at
                range between unbounded preceding and current row
            )
    ),
    chosen as (
        select
            place,
            case
                when next_us - at_us <= getvariable('stitch_us') then next_customer
                when at_us - last_us <= getvariable('stitch_us') then last_customer
            end as customer
        from surrounded
        where place is not null
    )
select place, customer from chosen where customer is not null;

-- Facts -------------------------------------------------------------------------------------------
-- Each carries the customer's number until it has been counted; dropping a column costs nothing.
create table fct_orders as
select
    o.order_id,
    k.customer_key,
    o.store_id,
    'sales:' || o.sales_channel as channel_key,
    to_date(o.day) as order_date,
    o.ordered_at,
    coalesce(o.updated_at, o.ordered_at) as updated_at,
    o.order_type,
    o.order_status,
    o.order_type = 'sale'
        and o.order_status in ('paid', 'fulfilled', 'completed', 'refunded')
        and o.net > 0 as is_purchase,
    o.order_type = 'sale'
        and o.gross_amount - o.discount > 0
        and o.refund >= o.gross_amount - o.discount as is_fully_refunded,
    o.subscription_id is not null as is_subscription,
    round(o.gross_amount * r.exchange_rate, 2)::decimal(18, 2) as gross_amount,
    round(o.discount * r.exchange_rate, 2)::decimal(18, 2) as discount_amount,
    round(o.refund * r.exchange_rate, 2)::decimal(18, 2) as refund_amount,
    round(o.net * r.exchange_rate, 2)::decimal(18, 2) as net_amount,
    o.currency,
    r.exchange_rate,
    o.net as order_currency_net_amount,
    o.item_count,
    o.coupon_code,
    o.subscription_id,
    o.sales_channel,
    o.policy_segment,
    k.customer,
    o.day
from (
    select
        o.* replace (coalesce(order_type, 'sale') as order_type),
        day_in(ordered_at, coalesce(s.timezone, getvariable('zone'))) as day,
        coalesce(discount_amount, 0) as discount,
        coalesce(refund_amount, 0) as refund,
        gross_amount - coalesce(discount_amount, 0) - coalesce(refund_amount, 0) as net
    from orders o left join stores s using (store_id)
) o
asof inner join rates r on o.currency = r.currency and to_date(o.day) >= r.valid_from
left join by_customer_id i on o.customer_id = i.customer_id
left join by_email e on o.customer_id is null and lower(o.email) = e.email
inner join customers k on k.customer = coalesce(i.customer, e.customer, 0);

-- Whoever logs in is a person.
create temp table bots as
select distinct s.place
from sessions s
inner join bot_rules r
    on (r.device is null or lower(s.device) = r.device)
    and (r.source is null or lower(s.source) = r.source)
    and (r.medium is null or lower(s.medium) = r.medium)
    and (r.page_views_at_least is null or coalesce(s.page_views, 1) >= r.page_views_at_least)
    and (
        r.pages_per_second_at_least is null
        or (
            epoch_us(s.ended_at) - epoch_us(s.started_at) >= 1000000
            and coalesce(s.page_views, 1) >= r.pages_per_second_at_least
                * ((epoch_us(s.ended_at) - epoch_us(s.started_at)) / 1000000.0)
        )
    )
where s.customer_id is null and s.email is null;

create table fct_web_sessions as
select
    s.session_id,
    k.customer_key,
    case when is_forgotten(s.visitor_id) then 'erased' else md5(s.visitor_id) end as visitor_key,
    to_date(day_in(s.started_at, getvariable('zone'))) as session_date,
    s.started_at,
    s.ended_at,
    ((epoch_us(s.ended_at) - epoch_us(s.started_at)) / 1000000.0)::decimal(18, 3)
        as duration_seconds,
    coalesce(s.page_views, 1) as page_views,
    coalesce(s.conversions, 0) as conversions,
    b.place is null and (
        coalesce(s.page_views, 1) >= 2
        or coalesce(epoch_us(s.ended_at) - epoch_us(s.started_at), 0) >= 10000000
        or coalesce(s.conversions, 0) >= 1
    ) as is_engaged,
    s.customer_id is not null or s.email is not null as is_logged_in,
    t.customer is not null as is_stitched,
    b.place is not null as is_bot,
    'web:' || coalesce(s.medium, 'none') as channel_key,
    'web:' || s.campaign as campaign_key,
    s.source,
    s.medium,
    s.campaign,
    s.device,
    s.country,
    without_email_addresses(s.landing_page) as landing_page,
    k.customer,
    day_in(s.started_at, getvariable('zone')) as day
from sessions s
left join stitched t using (place)
left join bots b using (place)
left join by_customer_id i on s.customer_id = i.customer_id
left join by_email e on s.customer_id is null and lower(s.email) = e.email
inner join customers k on k.customer = coalesce(i.customer, e.customer, t.customer, 0);

create table fct_crm_touches as
select
    t.touch_id,
    k.customer_key,
    t.touch_type,
    y.kind as touch_kind,
    to_date(day_in(t.touched_at, getvariable('zone'))) as touch_date,
    t.touched_at,
    coalesce(t.updated_at, t.touched_at) as updated_at,
    t.direction,
    'crm:' || t.channel as channel_key,
    'crm:' || t.campaign_id as campaign_key,
    t.channel,
    t.campaign_id,
    t.offer_id,
    t.score,
    coalesce(y.is_dissatisfaction, false)
        or coalesce(t.score <= y.dissatisfied_at_or_below, false) as is_dissatisfaction,
    without_email_addresses(t.topic) as topic,
    t.cost_amount,
    k.customer,
    day_in(t.touched_at, getvariable('zone')) as day
from touches t
left join by_customer_id i on t.customer_id = i.customer_id
left join by_email e on t.customer_id is null and lower(t.email) = e.email
left join by_contact_id c
    on i.customer is null and e.customer is null and t.contact_id = c.contact_id
left join touch_types y on t.touch_type = y.touch_type
inner join customers k on k.customer = coalesce(i.customer, e.customer, c.customer, 0);

-- Contacts with their customers, few and needed twice.
create temp table owned_contacts as
select
    o.* exclude (customer_id, email),
    coalesce(i.customer, c.customer, e.customer, 0) as customer,
    day_in(o.created_at, getvariable('zone')) as day
from contacts o
left join by_customer_id i on o.customer_id = i.customer_id
left join by_contact_id c on o.customer_id is null and o.contact_id = c.contact_id
left join by_email e
    on i.customer is null and c.customer is null and lower(o.email) = e.email;

create table dim_customer as
with
    identities as (
        select
            customer,
            min(case when kind = 1 then {seen_at: seen_at, value: value} end).value as customer_id,
            min(case when kind = 2 then {seen_at: seen_at, value: value} end).value as email,
            min(case when kind = 3 then {seen_at: seen_at, value: value} end).value as contact_id,
            count(case when kind = 1 then 1 end)::int as customer_ids,
            count(case when kind = 2 then 1 end)::int as emails,
            count(case when kind = 3 then 1 end)::int as contact_ids,
            min(seen_at) as first_seen_at
        from members
        where customer > 0
        group by customer
    ),
    profiles as (
        select *
        from (
            select
                *,
                row_number() over (
                    partition by customer
                    order by coalesce(updated_at, created_at) desc, contact_id
                ) as profile_order
            from owned_contacts
            where customer > 0
        )
        where profile_order = 1
    )
select
    k.customer_key, i.customer_id, i.email, i.contact_id,
    coalesce(i.customer_ids, 0) as customer_ids, coalesce(i.emails, 0) as emails,
    coalesce(i.contact_ids, 0) as contact_ids, i.first_seen_at, p.full_name, p.birth_date,
    p.gender, p.city, p.country, p.consent_email, p.consent_sms, p.consent_phone
from customers k
left join identities i using (customer)
left join profiles p using (customer);

set variable as_of_day = (
    with
        latest as (
            select
                (select max(day) from fct_orders) as orders,
                (select max(day) from fct_web_sessions) as sessions,
                (select max(day) from fct_crm_touches) as touches,
                (select max(day) from owned_contacts) as contacts
        ),
        asked as (
            select
                max(case when setting = 'as_of_date' then value end)::date as as_of_date,
                max(case when setting = 'run_date' then value end)::date as run_date
            from settings
        )
    select
        coalesce(
            (as_of_date - date '1970-01-01')::int,
            least(
                (run_date - date '1970-01-01')::int,
                coalesce(orders, greatest(sessions, touches, contacts), 2000000)
            )
        )
    from latest cross join asked
);

-- what came after the as-of date counts for nothing
set variable observed_from = (
    select case when day <= getvariable('as_of_day') then day end
    from (
        select least(
            (select min(day) from fct_web_sessions), (select min(day) from fct_crm_touches)
        ) as day
    )
);

-- Customer-days: points in hundredths ------------------------------------------------------------
create temp table days as
with
    web_points as (
        select (points * 100)::int as points, (daily_cap * 100)::int as daily_cap
        from (select 1) left join points on source = 'web' and touch_type = 'engaged_session'
    ),
    crm_points as (
        select
            touch_type, (points * 100)::int as points, (daily_cap * 100)::int as daily_cap,
            (row_number() over ())::int as number
        from points
        where source = 'crm' and points <> 0
    ),
    order_days as (
        select
            customer, day, count(*) as orders,
            count(case when is_purchase then 1 end) as purchases,
            count(case when is_purchase and is_subscription then 1 end) as subscription_purchases,
            sum(case when is_purchase then net_amount end) as net_amount,
            count(case when is_fully_refunded then 1 end) as full_refunds
        from fct_orders
        group by customer, day
    ),
    session_days as (
        select
            customer, day, count(*) as sessions,
            count(case when is_engaged then 1 end) as engaged_sessions
        from fct_web_sessions
        group by customer, day
    ),
    -- types that earn nothing are one group
    touch_type_days as (
        select
            t.customer, t.day,
            coalesce(p.number, 0) as number,
            count(*) as touches,
            -- a conversation counts for whoever began it
            count(
                case when coalesce(t.touch_kind, '') <> 'service' or t.direction = 'inbound' then 1 end
            ) as earning,
            count(case when t.is_dissatisfaction then 1 end) as dissatisfactions
        from fct_crm_touches t left join crm_points p using (touch_type)
        group by t.customer, t.day, coalesce(p.number, 0)
    ),
    combined as (
        select
            customer, day, orders, purchases, subscription_purchases, net_amount,
            0 as sessions, 0 as engaged_sessions, 0 as touches, 0 as points,
            full_refunds as dissatisfactions, 0 as contacts_created
        from order_days
        union all
        select
            customer, day, 0, 0, 0, null, sessions, engaged_sessions, 0,
            coalesce(least(engaged_sessions * points, daily_cap), 0), 0, 0
        from session_days cross join web_points
        union all
        select
            customer, day, 0, 0, 0, null, 0, 0, touches,
            coalesce(least(earning * points, daily_cap), 0), dissatisfactions, 0
        from touch_type_days left join crm_points using (number)
        union all
        select customer, day, 0, 0, 0, null, 0, 0, 0, 0, 0, 1 from owned_contacts
    )
select
    customer, day,
    sum(orders)::int as orders,
    sum(purchases)::int as purchases,
    sum(subscription_purchases)::int as subscription_purchases,
    sum(net_amount)::decimal(18, 2) as net_amount,
    sum(sessions)::int as sessions,
    sum(engaged_sessions)::int as engaged_sessions,
    sum(touches)::int as touches,
    sum(points)::int as points,
    sum(dissatisfactions)::int as dissatisfactions,
    sum(contacts_created)::int as contacts_created
from combined
group by customer, day;

create table fct_customer_day as
select
    k.customer_key,
    to_date(d.day) as activity_date,
    d.orders::bigint as orders,
    d.purchases::bigint as purchases,
    d.subscription_purchases::bigint as subscription_purchases,
    d.net_amount,
    d.sessions::bigint as sessions,
    d.engaged_sessions::bigint as engaged_sessions,
    d.touches::bigint as touches,
    (d.points / 100)::decimal(18, 2) as engagement_points,
    d.dissatisfactions::bigint as dissatisfactions,
    d.contacts_created::bigint as contacts_created
from days d inner join customers k using (customer);

-- Policies ----------------------------------------------------------------------------------------
create temp table spans as
with
    first_rows as (
        select policy_segment as segment, min(effective_from) as first_effective_from
        from status_policy group by segment
    ),
    ruling as (
        select policy_segment as segment, * from status_policy
        union all
        select f.segment, p.*
        from first_rows f inner join status_policy p
            on p.policy_segment = 'default' and f.segment <> 'default'
            and p.effective_from < f.first_effective_from
    )
select
    (row_number() over (order by segment, effective_from))::int as span,
    (dense_rank() over (order by policy_segment, effective_from))::int as policy,
    segment,
    policy_segment,
    effective_from,
    case
        when row_number() over w = 1 then (date '0001-01-01' - date '1970-01-01')::int
        else (effective_from - date '1970-01-01')::int
    end as span_from,
    coalesce(
        (lead(effective_from) over w - date '1970-01-01')::int,
        (date '9999-12-31' - date '1970-01-01')::int
    ) as span_to,
    inactive_after_days, at_risk_after_days, engagement_window_days,
    (engagement_points_required * 100)::int as points_required,
    habit_period, habit_window_periods, habit_periods_required, subscription_valid_days,
    coalesce(
        (engagement_measured_from - date '1970-01-01')::int, getvariable('observed_from')
    ) + engagement_window_days - 1 as measured_on
from ruling
window w as (partition by segment order by effective_from);

create temp table policies as
select distinct on (policy) * from spans;

create temp table lives as
with
    seen as (
        select
            customer, min(day) as first_day,
            min(case when purchases > 0 then day end) as first_purchase_day
        from days
        where customer > 0 and day <= getvariable('as_of_day')
        group by customer
    ),
    -- nobody needs looking up where all are one segment
    first_orders as (
        select
            customer,
            min(
                {
                    day: day, ordered_at: ordered_at, order_id: order_id,
                    segment: coalesce(policy_segment, '')
                }
            ).segment as segment
        from fct_orders
        where is_purchase and customer > 0 and (select count(distinct segment) from spans) > 1
        group by customer
    )
select
    s.customer, s.first_day, s.first_purchase_day,
    case when g.segment is null then 'default' else g.segment end as segment
from seen s
left join first_orders o using (customer)
left join (select distinct segment from spans) g on o.segment = g.segment
    and s.first_purchase_day is not null;

-- Where the timeline goes, slice by slice.
create temp table timeline (
    customer int, from_day int, to_day int, status int, sub_status int, policy int, cause int
);

create temp table purchase_days (
    customer int, day int, previous_day int, purchases int, net_amount decimal(18, 2),
    subscription_purchases int
);

-- 1 passive, 2 active, 3 captive, 4 inactive; of an inactive customer the sub-status is what came
-- before, 5 one_time, 6 never_purchased; else 7 hostage, 8 loyal, 9 new, 10 reactivated, 11 recurring.
create temp table statuses as
select * from (values (1, 'passive'), (2, 'active'), (3, 'captive'), (4, 'inactive')) as s(status, name);

create temp macro status_name(status) as ['passive', 'active', 'captive', 'inactive'][status];
create temp macro sub_status_name(sub_status) as
    [
        'lapsed_passive', 'lapsed_active', 'lapsed_captive', null, 'one_time', 'never_purchased',
        'hostage', 'loyal', 'new', 'reactivated', 'recurring'
    ][sub_status];
create temp macro cause_name(cause) as
    [
        'first_event', 'purchase', 'engagement', 'dissatisfaction', 'policy', 'measurement', 'clock'
    ][cause];

-- slice begins ------------------------------------------------------------------------------------
create or replace temp table slice_days as
select
    customer, day, purchases, subscription_purchases, points, dissatisfactions, net_amount
from days
where customer between getvariable('first_customer') and getvariable('last_customer')
    and (purchases > 0 or points > 0 or dissatisfactions > 0);

create or replace temp table slice_purchases as
select
    *,
    lag(day) over by_day as previous_day,
    lead(day) over by_day as next_day,
    (row_number() over by_day)::int as number
from slice_days
where purchases > 0 and day <= getvariable('as_of_day')
window by_day as (partition by customer order by day);

insert into purchase_days
select customer, day, previous_day, purchases, net_amount, subscription_purchases
from slice_purchases;

-- A sweep line: what enters a window adds on that day and takes away on the day it leaves. Counts
-- travel in one exact double: habit_periods + 2^12 earlier ones + 2^24 subscriptions + 2^38
-- dissatisfactions. A day of purchase carries four times the day plus how many there were, up to 2.
create or replace temp table slice_changes as
with
    customer_spans as (
        select
            l.customer, l.first_day, p.span, p.inactive_after_days, p.engagement_window_days,
            p.habit_period, p.habit_window_periods, p.subscription_valid_days, p.measured_on,
            greatest(p.span_from, l.stretch_from) as span_from,
            least(p.span_to, l.stretch_to) as span_to
        from (
            select
                customer, first_day, 'default' as segment, first_day as stretch_from,
                case when segment = 'default' then 3000000 else first_purchase_day end as stretch_to
            from lives
            union all
            select customer, first_day, segment, first_purchase_day, 3000000
            from lives where segment <> 'default'
        ) l
        inner join spans p
            on l.segment = p.segment and l.stretch_from < p.span_to and l.stretch_to > p.span_from
        where l.stretch_from < l.stretch_to
            and l.customer between getvariable('first_customer') and getvariable('last_customer')
    ),
    purchases as (
        select
            p.customer, p.day, p.next_day, p.subscription_purchases, s.span_from, s.span_to,
            s.inactive_after_days, s.habit_period, s.habit_window_periods,
            s.subscription_valid_days, period_of(p.day, s.habit_period) as period,
            period_of(p.previous_day, s.habit_period) as previous_period
        from slice_purchases p inner join customer_spans s using (customer)
        where p.day < s.span_to
    ),
    habits as (
        select
            customer, span_from, span_to, lag_periods,
            period_start(period + lag_periods, habit_period) as enters_on,
            period_start(period + lag_periods + habit_window_periods, habit_period) as leaves_on
        from purchases cross join (values (1), (2)) as lags(lag_periods)
        where previous_period is distinct from period
    ),
    engagements as (
        select d.customer, d.day, d.points, s.span_from, s.span_to, s.engagement_window_days
        from slice_days d inner join customer_spans s using (customer)
        where d.points > 0 and d.day <= getvariable('as_of_day') and d.day < s.span_to
            and d.day + s.engagement_window_days > s.span_from
    ),
    changes(customer, day, counts, points, purchase, span, flags) as (
        -- flags: 1 engagement, 2 dissatisfaction, 4 the day may matter to a sub-status
        select customer, span_from, 0, 0, null, (span_from + 1000000)::bigint * 100000 + span, 0
        from customer_spans
        union all
        select customer, span_from + 90, 0, 0, null, null, 4
        from customer_spans where span_from > first_day
        union all
        select customer, measured_on, 0, 0, null, null, 0
        from customer_spans where measured_on > span_from and measured_on < span_to
        union all
        select customer, day, 0, 0, (day::bigint + 1000000) * 4 + least(number, 2), null, 0
        from slice_purchases
        union all
        select customer, day + 90, 0, 0, null, null, 4
        from slice_purchases
        where day - previous_day > (select min(inactive_after_days) from spans)
        union all
        select customer, day + inactive_after_days + 1, 0, 0, null, null, 0
        from purchases
        where day + inactive_after_days + 1 >= span_from
            and day + inactive_after_days + 1 < span_to
            and (next_day is null or next_day > day + inactive_after_days)
        union all
        select
            customer, greatest(day, span_from), 0, points, null, null,
            case when day >= span_from then 1 else 0 end
        from engagements
        union all
        select customer, least(day + engagement_window_days, span_to), 0, -points, null, null, 0
        from engagements
        union all
        select customer, greatest(day, span_from), 1 << 24, 0, null, null, 0
        from purchases
        where subscription_purchases > 0 and day + subscription_valid_days > span_from
        union all
        select customer, least(day + subscription_valid_days, span_to), -(1 << 24), 0, null, null, 0
        from purchases
        where subscription_purchases > 0 and day + subscription_valid_days > span_from
        union all
        select
            customer, greatest(enters_on, span_from), case lag_periods when 1 then 1 else 4096 end,
            0, null, null, 0
        from habits
        where enters_on < span_to and leaves_on > span_from and enters_on < leaves_on
        union all
        select
            customer, least(leaves_on, span_to), case lag_periods when 1 then -1 else -4096 end,
            0, null, null, 0
        from habits
        where enters_on < span_to and leaves_on > span_from and enters_on < leaves_on
        union all
        select customer, day, 1::bigint << 38, 0, null, null, 2
        from slice_days where dissatisfactions > 0 and day <= getvariable('as_of_day')
        union all
        select customer, day + 180, -(1::bigint << 38), 0, null, null, 0
        from slice_days where dissatisfactions > 0 and day <= getvariable('as_of_day')
    )
select
    customer, day, sum(counts::double) as counts, sum(points::double) as points,
    max(purchase) as purchase, max(span) as span, bit_or(flags)::tinyint as flags
from changes
group by customer, day;

create or replace temp table slice_statuses as
with
    totals as (
        select
            customer, day, flags,
            purchase is not null as is_purchase,
            (sum(counts) over to_date)::bigint as counts,
            (sum(points) over to_date)::bigint as points,
            max(purchase) over to_date as purchase,
            (max(span) over to_date % 100000)::int as span
        from slice_changes
        window to_date as (
            partition by customer order by day rows between unbounded preceding and current row
        )
    ),
    ruled as (
        select
            t.customer, t.day, t.flags, t.is_purchase, s.policy,
            coalesce(t.purchase & 3, 0) as bought,
            (t.counts >> 38) > 0 as is_dissatisfied,
            coalesce(t.day >= s.measured_on, false) as is_measured,
            case
                when
                    t.purchase is null
                    or t.day - ((t.purchase >> 2) - 1000000) > s.inactive_after_days
                then 4
                when
                    (t.counts & 4095) >= s.habit_periods_required
                    or (
                        (t.counts & 4095) >= s.habit_periods_required - 1
                        and ((t.counts >> 12) & 4095) >= s.habit_periods_required
                    )
                    or ((t.counts >> 24) & 16383) > 0
                then 3
                when
                    t.points >= s.points_required
                    or not coalesce(t.day >= s.measured_on, false)
                then 2
                else 1
            end as status
        from totals t inner join spans s using (span)
    ),
    -- all that must be compared with the day before, in one number
    coded as (
        select
            *,
            status + 8 * bought + 32 * is_dissatisfied::int + 64 * is_measured::int
                + 128 * policy as code
        from ruled
    ),
    compared as (
        select *, lag(code) over (partition by customer order by day) as before from coded
    )
select
    customer, day, status, policy, bought, is_dissatisfied,
    before & 7 as status_before,
    (before >> 3) & 3 as bought_before,
    case
        when before is null then 1
        when is_purchase then 2
        when (flags & 1) > 0 then 3
        when (flags & 2) > 0 then 4
        when policy <> (before >> 7) then 5
        when is_measured::int <> ((before >> 6) & 1) then 6
        else 7
    end as cause
from compared
-- that engagement became measured matters only where it changes the status
where before is null or (before & ~64) <> (code & ~64) or (flags & 4) > 0;

insert into timeline
with
    carried as (
        select
            *,
            max(
                case
                    when status = 4 and status_before <> 4
                    then (day::bigint + 1000000) * 8 + status_before
                end
            ) over to_date as lapse,
            max(
                case when status <> 4 and status_before = 4 and bought_before > 0 then day end
            ) over to_date as spell_from
        from slice_statuses
        window to_date as (
            partition by customer order by day rows between unbounded preceding and current row
        )
    ),
    named as (
        select
            customer, day, status, policy, cause,
            case
                when status = 4 and bought = 0 then 6
                when status = 4 and bought = 1 then 5
                when status = 4 then lapse & 7
                when status = 3 and is_dissatisfied then 7
                when status = 3 then 8
                when bought = 1 then 9
                when day - spell_from < 90 then 10
                else 11
            end as sub_status
        from carried
    ),
    compared as (
        select
            *,
            lag(status + 8 * sub_status + 128 * policy)
                over (partition by customer order by day) as before
        from named
    )
select
    customer, day, lead(day) over (partition by customer order by day), status, sub_status,
    policy, cause
from compared
where before is null or before <> status + 8 * sub_status + 128 * policy;
-- slice ends --------------------------------------------------------------------------------------

create temp table runs as
with
    starts as (
        select *, lag(status) over (partition by customer order by from_day) as previous_status
        from timeline
    )
select
    customer, from_day, status, sub_status, policy, cause, previous_status,
    lead(from_day) over by_day as to_day,
    lead(status) over by_day as next_status,
    lag(from_day) over by_day as previous_from_day
from starts
where previous_status is null or status <> previous_status
window by_day as (partition by customer order by from_day);

-- What was bought in each run: the days' sales by status, and what the run that ended had brought.
create temp table bought as
select
    p.customer, r.from_day, r.status, p.day,
    p.purchases, p.net_amount
from purchase_days p
asof inner join runs r on p.customer = r.customer and p.day >= r.from_day;

create table fct_customer_status_history as
select
    k.customer_key,
    to_date(t.from_day) as valid_from,
    to_date(t.to_day) as valid_to,
    status_name(t.status) as status,
    sub_status_name(t.sub_status) as sub_status,
    p.policy_segment,
    p.effective_from as policy_effective_from,
    cause_name(t.cause) as change_cause,
    t.to_day is null or t.to_day > getvariable('as_of_day') as is_current
from timeline t
inner join policies p using (policy)
inner join customers k using (customer)
where t.from_day <= getvariable('as_of_day');

create table fct_customer_status_change as
with
    sums as (
        select customer, from_day, sum(purchases) as purchases, sum(net_amount) as net_revenue
        from bought group by customer, from_day
    )
select
    k.customer_key,
    to_date(r.from_day) as change_date,
    status_name(r.previous_status) as previous_status,
    status_name(r.status) as status,
    sub_status_name(r.sub_status) as sub_status,
    cause_name(r.cause) as change_cause,
    r.from_day - r.previous_from_day as days_in_previous_status,
    coalesce(s.purchases, 0)::bigint as purchases_in_previous_status,
    coalesce(s.net_revenue, 0)::decimal(18, 2) as net_revenue_in_previous_status,
    p.policy_segment,
    p.effective_from as policy_effective_from
from runs r
inner join policies p using (policy)
inner join customers k using (customer)
left join sums s on r.customer = s.customer and r.previous_from_day = s.from_day
where r.previous_status is not null and r.from_day <= getvariable('as_of_day');

-- Marts -------------------------------------------------------------------------------------------
create table agg_customer_status_daily as
with
    spine as (
        select unnest(generate_series(
            (select min(from_day) from runs)::bigint, getvariable('as_of_day')::bigint
        ))::int as day
    ),
    arrivals as (
        select
            from_day as day, status, count(*) as customers_in,
            count(case when previous_status is null then 1 end) as new_customers
        from runs group by from_day, status
    ),
    departures as (
        select from_day as day, previous_status as status, count(*) as customers_out
        from runs where previous_status is not null group by from_day, previous_status
    ),
    sales as (
        select day, status, sum(purchases) as purchases, sum(net_amount) as net_revenue
        from bought group by day, status
    ),
    flows as (
        select
            day, status, name, coalesce(customers_in, 0) as customers_in,
            coalesce(new_customers, 0) as new_customers,
            coalesce(customers_out, 0) as customers_out, coalesce(purchases, 0) as purchases,
            coalesce(net_revenue, 0) as net_revenue
        from spine
        cross join statuses
        left join arrivals using (day, status)
        left join departures using (day, status)
        left join sales using (day, status)
    ),
    balanced as (
        select
            *, (sum(customers_in - customers_out) over (partition by status order by day))::bigint
                as closing
        from flows
    )
select
    to_date(day) as status_date,
    name as status,
    closing - customers_in + customers_out as opening_customers,
    customers_in,
    new_customers,
    customers_out,
    closing as closing_customers,
    purchases::bigint as purchases,
    net_revenue::decimal(18, 2) as net_revenue
from balanced;

create table mart_status_transitions as
with
    months as (
        select
            make_date(number // 12, number % 12 + 1, 1) as start_month, number as month_number
        from (
            select unnest(generate_series(
                (select least(min(day), getvariable('as_of_day')) - 1 from days)
                    .period_of('month')::bigint + 1,
                period_of(getvariable('as_of_day'), 'month')::bigint
            ))::int as number
        )
    ),
    positions as (
        select
            customer, status, shift_days,
            1 + period_of(from_day - shift_days - 1, 'month') as first_month,
            1 + period_of(
                least(coalesce(to_day, 3000000), getvariable('as_of_day') + 1) - shift_days - 1,
                'month'
            ) as end_month
        from runs cross join (values (0), (30), (90), (365)) as shifts(shift_days)
        where from_day <= getvariable('as_of_day')
    ),
    stretches as (
        select
            e.shift_days, s.status as from_status, e.status as to_status,
            greatest(s.first_month, e.first_month) as first_month,
            least(s.end_month, e.end_month) as end_month,
            count(*) as customers
        from positions s
        inner join positions e
            on s.customer = e.customer
            and s.first_month < e.end_month and s.end_month > e.first_month
        where s.shift_days = 0 and s.first_month < s.end_month
            and e.shift_days > 0 and e.first_month < e.end_month
        group by all
    ),
    moves as (
        select start_month, shift_days, from_status, to_status, sum(customers) as customers
        from stretches
        inner join months on first_month <= month_number and end_month > month_number
        group by all
    ),
    origins as (
        select start_month, shift_days, from_status, sum(customers) as customers
        from moves group by all
    )
select
    o.start_month,
    o.shift_days as horizon_days,
    status_name(o.from_status) as from_status,
    s.name as to_status,
    coalesce(m.customers, 0)::bigint as customers,
    ratio(coalesce(m.customers, 0), o.customers, 10000)::decimal(18, 4) as share
from origins o
cross join statuses s
left join moves m
    on o.start_month = m.start_month and o.shift_days = m.shift_days
    and o.from_status = m.from_status and s.status = m.to_status;

-- What each status rests on ---------------------------------------------------------------------
create temp table standing as
select
    t.customer, t.status, t.sub_status, t.cause, t.policy,
    r.from_day, r.previous_status, r.next_status, r.to_day
from timeline t
asof inner join runs r on t.customer = r.customer and t.from_day >= r.from_day
where t.from_day <= getvariable('as_of_day')
    and (t.to_day is null or t.to_day > getvariable('as_of_day'));

create temp table purchase_measures as
with
    dated as (
        select
            d.*,
            getvariable('as_of_day') - d.day as days_ago,
            period_of(getvariable('as_of_day'), p.habit_period) - period_of(d.day, p.habit_period)
                as periods_ago
        from purchase_days d
        inner join standing s using (customer)
        inner join policies p using (policy)
    )
select
    customer,
    min(day) as first_day,
    max(day) as last_day,
    count(*) as purchase_days,
    sum(purchases) as orders,
    sum(net_amount) as net_revenue,
    quantile_cont(day - previous_day, 0.5)::decimal(18, 2) as median_gap,
    sum(case when days_ago < 365 then net_amount else 0 end) as revenue_365d,
    sum(case when days_ago < 365 then purchases else 0 end) as orders_365d,
    min(case when subscription_purchases > 0 then days_ago end) as days_since_subscription,
    -- a bit for each period with a purchase, as far back as 60
    bit_or(1::bigint << least(periods_ago, 61)) as periods
from dated
group by customer;

create temp table engagement_measures as
select
    d.customer,
    sum(
        case
            when getvariable('as_of_day') - d.day < p.engagement_window_days then d.points else 0
        end
    ) as points,
    max(case when d.points > 0 then d.day end) as last_day,
    sum(case when getvariable('as_of_day') - d.day < 180 then d.dissatisfactions else 0 end)
        as dissatisfactions
from days d
inner join standing s using (customer)
inner join policies p using (policy)
where (d.points > 0 or d.dissatisfactions > 0) and d.day <= getvariable('as_of_day')
group by d.customer;

create temp table touch_measures as
select
    customer,
    count(case when touch_kind = 'feedback' then 1 end) as feedback_count,
    count(case when touch_kind = 'referral' then 1 end) as referral_count,
    ratio(sum(score), count(score), 100)::decimal(18, 2) as average_score
from fct_crm_touches
where day <= getvariable('as_of_day')
    and (score is not null or touch_kind in ('feedback', 'referral'))
group by customer;

-- An offer goes by its offer_id, else its campaign; a response may name either.
create temp table offer_measures as
with
    moments as (
        select
            customer, coalesce(offer_id, campaign_id) as offer, touched_at as made_at,
            null as answered_at
        from fct_crm_touches
        where touch_kind = 'company' and direction = 'outbound' and customer > 0
            and day <= getvariable('as_of_day')
        union all
        select customer, offer_id, null, touched_at
        from fct_crm_touches
        where touch_kind = 'response' and customer > 0 and day <= getvariable('as_of_day')
        union all
        select customer, campaign_id, null, touched_at
        from fct_crm_touches
        where touch_kind = 'response' and customer > 0 and day <= getvariable('as_of_day')
    ),
    offers as (
        select customer, min(made_at) as made_at, max(answered_at) as answered_at
        from moments
        where offer is not null
        group by customer, offer
    )
select
    customer,
    ratio(count(case when answered_at >= made_at then 1 end), count(*), 10000)::decimal(18, 4)
        as offer_response_rate
from offers
where made_at is not null
group by customer;

create temp table channel_measures as
select
    o.customer,
    ratio(
        count(case when c.is_digital then 1 end), count(c.is_digital), 10000
    )::decimal(18, 4) as digital_share
from fct_orders o
left join sales_channels c on lower(o.sales_channel) = c.sales_channel
where o.is_purchase and o.day <= getvariable('as_of_day')
group by o.customer;

create temp macro number_text(number, decimal_mark) as
    case
        when number = floor(number) then number::bigint::varchar
        else replace(regexp_replace(number::varchar, '0+$', ''), '.', decimal_mark)
    end;

-- The sentences, with what the policy says filled in: one per policy, rule and language.
create temp table sentences as
with
    reasons as (
        from read_csv(getvariable('seeds') || '/status_reasons.csv', all_varchar = true)
    ),
    labels as (from read_csv(getvariable('seeds') || '/labels.csv', all_varchar = true)),
    languages as (
        select
            r.rule, d.is_dissatisfied, l.code as habit_period,
            replace(
                replace(r.reason_en, '{habit_period_en}', l.label_en), '{dissatisfaction_en}',
                case when d.is_dissatisfied then s.reason_en else '' end
            ) as reason_en,
            replace(
                replace(r.reason_es, '{habit_period_es}', l.label_es), '{dissatisfaction_es}',
                case when d.is_dissatisfied then s.reason_es else '' end
            ) as reason_es
        from reasons r
        inner join reasons s on s.rule = 'dissatisfaction'
        cross join (values (true), (false)) as d(is_dissatisfied)
        inner join labels l on l.kind = 'habit_period'
    ),
    filled as (
        select
            rule, is_dissatisfied, policy, language,
            replace(
                replace(
                    replace(
                        replace(
                            replace(
                                replace(
                                    replace(
                                        text, '{inactive_after_days}', inactive_after_days::varchar
                                    ),
                                    '{habit_window_periods}', habit_window_periods::varchar
                                ),
                                '{habit_periods_required}', habit_periods_required::varchar
                            ),
                            '{subscription_valid_days}', subscription_valid_days::varchar
                        ),
                        '{engagement_window_days}', engagement_window_days::varchar
                    ),
                    '{engagement_points_required}',
                    number_text(
                        (points_required / 100)::decimal(18, 2),
                        case language when 'en' then '.' else ',' end
                    )
                ),
                '{dissatisfaction_window_days}', '180'
            ) as text
        from (
            select rule, is_dissatisfied, habit_period, 'en' as language, reason_en as text
            from languages
            union all
            select rule, is_dissatisfied, habit_period, 'es', reason_es from languages
        )
        inner join policies using (habit_period)
    )
select
    rule, is_dissatisfied, policy,
    max(case when language = 'en' then text end) as reason_en,
    max(case when language = 'es' then text end) as reason_es
from filled
group by all;

create temp macro sentence(text, recency, habit, earlier, subscription, points, signs) as
    replace(
        replace(
            replace(
                replace(
                    replace(
                        replace(text, '{days_since_last_purchase}', coalesce(recency::varchar, '')),
                        '{habit_periods}', habit::varchar
                    ),
                    '{earlier_habit_periods}', earlier::varchar
                ),
                '{days_since_subscription}', coalesce(subscription::varchar, '')
            ),
            '{engagement_points}', points
        ),
        '{dissatisfactions}', signs::varchar
    );

create table mart_customer_status as
with
    counted as (
        select
            k.customer_key, s.*, p.* exclude (policy, span, segment, span_from, span_to),
            getvariable('as_of_day') >= p.measured_on as is_measured,
            getvariable('as_of_day') - b.last_day as recency,
            coalesce(bit_count(b.periods & (((1::bigint << p.habit_window_periods) - 1) << 1)), 0)
                as habit,
            coalesce(bit_count(b.periods & (((1::bigint << p.habit_window_periods) - 1) << 2)), 0)
                as earlier,
            (coalesce(e.points, 0) / 100)::decimal(18, 2) as points,
            e.last_day as last_engagement_day,
            coalesce(e.dissatisfactions, 0) as signs,
            b.* exclude (customer),
            coalesce(t.feedback_count, 0)::int as feedback_count,
            coalesce(t.referral_count, 0)::int as referral_count,
            t.average_score, o.offer_response_rate, c.digital_share
        from standing s
        inner join policies p using (policy)
        inner join customers k using (customer)
        left join purchase_measures b using (customer)
        left join engagement_measures e using (customer)
        left join touch_measures t using (customer)
        left join offer_measures o using (customer)
        left join channel_measures c using (customer)
    ),
    ruled as (
        select
            *,
            case
                when sub_status = 6 then 'never_purchased'
                when
                    status = 3 and not (
                        habit >= habit_periods_required
                        or (habit >= habit_periods_required - 1
                            and earlier >= habit_periods_required)
                    )
                then 'captive_subscription'
                when status = 3 then 'captive_habit'
                when status = 2 and not coalesce(is_measured, false) then 'active_unmeasured'
                else status_name(status)
            end as rule
        from counted
    )
select
    r.customer_key,
    to_date(getvariable('as_of_day')) as as_of_date,
    status_name(r.status) as status,
    sub_status_name(r.sub_status) as sub_status,
    to_date(r.from_day) as status_since,
    getvariable('as_of_day') - r.from_day as days_in_status,
    status_name(r.previous_status) as previous_status,
    cause_name(r.cause) as change_cause,
    status_name(r.next_status) as next_status,
    to_date(r.to_day) as next_status_date,
    r.status <> 4 and r.recency > r.at_risk_after_days as is_at_risk,
    sentence(
        t.reason_en, r.recency, r.habit, r.earlier, r.days_since_subscription,
        number_text(r.points, '.'), r.signs
    ) as status_reason,
    sentence(
        t.reason_es, r.recency, r.habit, r.earlier, r.days_since_subscription,
        number_text(r.points, ','), r.signs
    ) as status_reason_es,
    r.policy_segment,
    r.effective_from as policy_effective_from,
    to_date(r.first_day) as first_purchase_date,
    to_date(r.last_day) as last_purchase_date,
    r.recency as days_since_last_purchase,
    coalesce(r.purchase_days, 0)::int as purchase_days,
    coalesce(r.orders, 0)::int as orders,
    r.net_revenue::decimal(18, 2) as net_revenue,
    ratio(r.net_revenue, r.orders, 100)::decimal(18, 2) as average_order_value,
    r.median_gap as median_days_between_purchases,
    r.revenue_365d::decimal(18, 2) as revenue_365d,
    coalesce(r.orders_365d, 0)::int as orders_365d,
    r.habit::int as habit_periods,
    r.points as engagement_points,
    coalesce(r.is_measured, false) as is_engagement_measured,
    to_date(r.last_engagement_day) as last_engagement_date,
    r.offer_response_rate,
    r.feedback_count,
    r.referral_count,
    r.average_score,
    r.digital_share,
    r.signs > 0 as is_dissatisfied
from ruled r
inner join sentences t
    on r.rule = t.rule and r.policy = t.policy and (r.signs > 0) = t.is_dissatisfied;

-- Small dimensions --------------------------------------------------------------------------------
create table dim_campaign as
select
    campaign_key, 'web' as campaign_type, campaign, min(session_date) as first_date,
    max(session_date) as last_date
from fct_web_sessions where campaign is not null group by campaign_key, campaign
union all
select campaign_key, 'crm', campaign_id, min(touch_date), max(touch_date)
from fct_crm_touches where campaign_id is not null group by campaign_key, campaign_id;

create table dim_channel as
with
    used as (
        select distinct 'sales' as channel_type, sales_channel as channel
        from fct_orders where sales_channel is not null
        union all
        select distinct 'web', coalesce(medium, 'none') from fct_web_sessions
        union all
        select distinct 'crm', channel from fct_crm_touches
    )
select
    u.channel_type || ':' || u.channel as channel_key, u.channel_type, u.channel,
    case when u.channel_type = 'web' then true else c.is_digital end as is_digital
from used u
left join sales_channels c on u.channel_type = 'sales' and lower(u.channel) = c.sales_channel;

create table dim_store as
select store_id, store_name, city, country, timezone, opened_on::date as opened_on from stores;

create table dim_touch_type as
select
    t.touch_type, t.kind, coalesce(t.is_dissatisfaction, false) as is_dissatisfaction,
    t.dissatisfied_at_or_below, coalesce(p.points, 0) as engagement_points,
    p.daily_cap as engagement_daily_cap
from touch_types t left join points p on p.source = 'crm' and t.touch_type = p.touch_type;

create table dim_date as
with
    calendar as (
        select to_date(unnest(generate_series(
            (select least(min(day), getvariable('as_of_day')) from days)::bigint,
            (select greatest(max(day), getvariable('as_of_day')) + 550 from days)::bigint
        ))::int) as date_day
    )
select
    date_day,
    year(date_day)::int as calendar_year,
    quarter(date_day)::int as calendar_quarter,
    month(date_day)::int as calendar_month,
    day(date_day)::int as day_of_month,
    isodow(date_day)::int as iso_weekday,
    date_trunc('month', date_day)::date as month_start_date,
    date_trunc('quarter', date_day)::date as quarter_start_date,
    isodow(date_day) >= 6 as is_weekend
from calendar;

-- The numbers of customers have served ------------------------------------------------------------
alter table fct_orders drop column customer;
alter table fct_orders drop column day;
alter table fct_web_sessions drop column customer;
alter table fct_web_sessions drop column day;
alter table fct_crm_touches drop column customer;
alter table fct_crm_touches drop column day;
checkpoint;
