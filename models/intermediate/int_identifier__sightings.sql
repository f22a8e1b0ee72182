{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["sighting_key"],
        meta={"scope": "chg_sightings"},
    )
}}

{%- set changes = ref("chg_sightings") %}
{%- if only_changes() %}
    select
        customer_identifier,
        email_identifier,
        contact_identifier,
        sighting_key,
        first_seen_at
    from {{ changes }}
    where first_seen_at is not null
{%- else %}
    with

        orders as (
            select customer_id, email, min(ordered_at) as first_seen_at
            from {{ ref("stg_orders") }}
            group by customer_id, email
        ),

        web_sessions as (
            select customer_id, email, min(started_at) as first_seen_at
            from {{ ref("stg_web_sessions") }}
            where customer_id is not null or email is not null
            group by customer_id, email
        ),

        crm_touches as (
            select customer_id, email, contact_id, min(touched_at) as first_seen_at
            from {{ ref("stg_crm_touches") }}
            group by customer_id, email, contact_id
        ),

        contacts as (
            select customer_id, email, contact_id, min(created_at) as first_seen_at
            from {{ ref("stg_contacts") }}
            group by customer_id, email, contact_id
        ),

        everywhere as (
            select
                customer_id,
                email,
                cast(null as {{ dbt.type_string() }}) as contact_id,
                first_seen_at
            from orders
            union all
            select
                customer_id,
                email,
                cast(null as {{ dbt.type_string() }}) as contact_id,
                first_seen_at
            from web_sessions
            union all
            select customer_id, email, contact_id, first_seen_at
            from crm_touches
            union all
            select customer_id, email, contact_id, first_seen_at
            from contacts
        ),

        named as (
            select
                'customer_id:' || customer_id as customer_identifier,
                'email:' || email as email_identifier,
                'contact_id:' || contact_id as contact_identifier,
                min(first_seen_at) as first_seen_at
            from everywhere
            where customer_id is not null or email is not null or contact_id is not null
            group by customer_id, email, contact_id
        ),

        final as (
            select
                customer_identifier,
                email_identifier,
                contact_identifier,
                {{
                    sighting_key(
                        "customer_identifier",
                        "email_identifier",
                        "contact_identifier",
                    )
                }} as sighting_key,
                first_seen_at
            from named
        )

    select *
    from final
{%- endif %}
