-- Which identifiers rows name together, of those rows that came and of what they were
-- before: when they were first seen so, or null if no row names them together any more.
-- depends_on: {{ ref("chg_orders_before") }}, {{ ref("stg_orders") }}
-- depends_on: {{ ref("chg_sessions_before") }}, {{ ref("stg_web_sessions") }}
-- depends_on: {{ ref("chg_touches_before") }}, {{ ref("stg_crm_touches") }}
-- depends_on: {{ ref("chg_contacts_before") }}, {{ ref("stg_contacts") }}
{% if only_changes() %}
    with

        rows_before as (
            {%- for name, feed in changing_feeds().items() %}
                {{ identifiers_in(name, ref(feed.before)) }}
                {{ "union all" if not loop.last }}
            {%- endfor %}
        ),

        rows_now as (
            {%- for name in changing_feeds() %}
                {{ identifiers_in(name, "(" ~ rows_that_came(name) ~ ")") }}
                {{ "union all" if not loop.last }}
            {%- endfor %}
        ),

        touched as (
            select customer_id, email, contact_id
            from rows_before
            union
            select customer_id, email, contact_id
            from rows_now
        ),

        -- a version that names others, or tells another time, takes back what it said
        taken_back as (
            select *
            from rows_before
            except
            select *
            from rows_now
        ),

        left_behind as (
            select distinct customer_id, email, contact_id
            from taken_back
            where customer_id is not null or email is not null or contact_id is not null
        ),

        seen_again as (
            {%- for feed in changing_feeds().values() %}
                select
                    left_behind.customer_id,
                    left_behind.email,
                    left_behind.contact_id,
                    min(staged.{{ feed.moment }}) as first_seen_at
                from left_behind
                inner join
                    {{ ref(feed.staged) }} as staged
                    on staged.customer_id is not distinct from left_behind.customer_id
                    and staged.email is not distinct from left_behind.email
                    and {{ named_contact(feed, "staged.") }}
                    is not distinct from left_behind.contact_id
                group by
                    left_behind.customer_id,
                    left_behind.email,
                    left_behind.contact_id
                    {{ "union all" if not loop.last }}
            {%- endfor %}
        ),

        known as (
            select sighting_key, first_seen_at
            from {{ previous("int_identifier__sightings") }}
        ),

        moments as (
            select customer_id, email, contact_id, seen_at as first_seen_at
            from rows_now
            union all
            select customer_id, email, contact_id, first_seen_at
            from seen_again
        ),

        seen as (
            select
                'customer_id:' || touched.customer_id as customer_identifier,
                'email:' || touched.email as email_identifier,
                'contact_id:' || touched.contact_id as contact_identifier,
                left_behind.is_left_behind,
                min(moments.first_seen_at) as first_seen_at
            from touched
            left join
                moments
                on touched.customer_id is not distinct from moments.customer_id
                and touched.email is not distinct from moments.email
                and touched.contact_id is not distinct from moments.contact_id
            left join
                (select *, true as is_left_behind from left_behind) as left_behind
                on touched.customer_id is not distinct from left_behind.customer_id
                and touched.email is not distinct from left_behind.email
                and touched.contact_id is not distinct from left_behind.contact_id
            where
                touched.customer_id is not null
                or touched.email is not null
                or touched.contact_id is not null
            group by
                touched.customer_id,
                touched.email,
                touched.contact_id,
                left_behind.is_left_behind
        ),

        keyed as (
            select
                *,
                {{
                    sighting_key(
                        "customer_identifier",
                        "email_identifier",
                        "contact_identifier",
                    )
                }} as sighting_key
            from seen
        ),

        final as (
            select
                seen.customer_identifier,
                seen.email_identifier,
                seen.contact_identifier,
                seen.sighting_key,
                -- least() passes over nulls
                case
                    when seen.is_left_behind
                    then seen.first_seen_at
                    else least(seen.first_seen_at, known.first_seen_at)
                end as first_seen_at
            from keyed as seen
            left join known on seen.sighting_key = known.sighting_key
        )

    select *
    from final
{% else %} {{ no_rows({"sighting_key": dbt.type_string()}) }}
{% endif %}
