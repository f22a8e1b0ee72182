with

    resolved as (select * from {{ ref("int_identifier__resolved") }}),

    sightings as (
        select
            {{ first_identifier(["customer_id", "email"]) }} as identifier,
            customer_id,
            email,
            cast(null as {{ dbt.type_string() }}) as contact_id,
            min(ordered_at) as seen_at
        from {{ ref("stg_orders") }}
        group by all
        union all
        select
            {{ first_identifier(["customer_id", "email"]) }} as identifier,
            customer_id,
            email,
            cast(null as {{ dbt.type_string() }}) as contact_id,
            min(started_at) as seen_at
        from {{ ref("stg_web_sessions") }}
        group by all
        union all
        select
            {{ first_identifier(["customer_id", "email", "contact_id"]) }}
            as identifier,
            customer_id,
            email,
            contact_id,
            min(touched_at) as seen_at
        from {{ ref("stg_crm_touches") }}
        group by all
        union all
        select
            {{ first_identifier(["customer_id", "email", "contact_id"]) }}
            as identifier,
            customer_id,
            email,
            contact_id,
            min(created_at) as seen_at
        from {{ ref("stg_contacts") }}
        group by all
    ),

    by_type as (
        select
            identifier, 'customer_id' as identifier_type, customer_id as value, seen_at
        from sightings
        where customer_id is not null
        union all
        select identifier, 'email' as identifier_type, email as value, seen_at
        from sightings
        where email is not null
        union all
        select identifier, 'contact_id' as identifier_type, contact_id as value, seen_at
        from sightings
        where contact_id is not null
    ),

    final as (
        select
            resolved.customer_key,
            by_type.identifier_type,
            by_type.value as identifier_value,
            min(by_type.seen_at) as first_seen_at
        from by_type
        inner join resolved on by_type.identifier = resolved.identifier
        group by all
    )

select *
from final
