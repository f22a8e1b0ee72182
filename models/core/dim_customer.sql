{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["customer_key"],
        meta={"scope": "chg_people"},
    )
}}

{%- set changes = ref("chg_people") %}

with

    identifiers as (
        select *
        from {{ ref("int_customer__identifiers") }}
        where {{ changed(["customer_key"], changes) }}
    ),

    contacts as (select * from {{ ref("stg_contacts") }}),

    owners as (
        select *
        from {{ ref("int_contact__owners") }}
        where {{ changed(["customer_key"], changes) }}
    ),

    consents as (
        select *
        from {{ ref("int_customer__consents") }}
        where {{ changed(["customer_key"], changes) }}
    ),

    resolved as (select * from {{ ref("int_identifier__resolved") }}),

    ranked_identifiers as (
        select
            *,
            row_number() over (
                partition by customer_key, identifier_type
                order by first_seen_at, identifier_value
            ) as seen_order
        from identifiers
    ),

    customers as (
        select
            customer_key,
            min(first_seen_at) as first_seen_at,
            {% for type in ["customer_id", "email", "contact_id"] %}
                max(
                    case
                        when identifier_type = '{{ type }}' and seen_order = 1
                        then identifier_value
                    end
                ) as {{ type }},
                sum(
                    case when identifier_type = '{{ type }}' then 1 else 0 end
                ) as {{ type }}s{{ "," if not loop.last }}
            {% endfor %}
        from ranked_identifiers
        group by customer_key
    ),

    owned_contacts as (
        select
            owners.customer_key,
            contacts.contact_id,
            contacts.updated_at,
            contacts.full_name,
            contacts.birth_date,
            contacts.gender,
            contacts.city,
            contacts.country
        from contacts
        inner join owners on contacts.contact_id = owners.contact_id
    ),

    ranked_contacts as (
        select
            *,
            row_number() over (
                partition by customer_key order by updated_at desc, contact_id
            ) as profile_order
        from owned_contacts
        where customer_key <> 'unknown'
    ),

    known as (
        select
            customers.customer_key,
            customers.customer_id,
            customers.email,
            customers.contact_id,
            customers.customer_ids,
            customers.emails,
            customers.contact_ids,
            customers.first_seen_at,
            ranked_contacts.full_name,
            ranked_contacts.birth_date,
            ranked_contacts.gender,
            ranked_contacts.city,
            ranked_contacts.country,
            consents.consent_email,
            consents.email_opted_out_at,
            consents.consent_sms,
            consents.sms_opted_out_at,
            consents.consent_phone,
            consents.phone_opted_out_at
        from customers
        left join
            ranked_contacts
            on customers.customer_key = ranked_contacts.customer_key
            and ranked_contacts.profile_order = 1
        left join consents on customers.customer_key = consents.customer_key
    ),

    -- whose rows name nobody, and who is named no more
    nobody as (
        select 'unknown' as customer_key
        union all
        select distinct customer_key
        from resolved
        where customer_key = 'erased'
    ),

    unnamed as (
        select
            customer_key,
            null as customer_id,
            null as email,
            null as contact_id,
            0 as customer_ids,
            0 as emails,
            0 as contact_ids,
            null as first_seen_at,
            null as full_name,
            null as birth_date,
            null as gender,
            null as city,
            null as country,
            null as consent_email,
            null as email_opted_out_at,
            null as consent_sms,
            null as sms_opted_out_at,
            null as consent_phone,
            null as phone_opted_out_at
        from nobody
    ),

    everyone as (
        select *
        from known
        union all
        select *
        from unnamed
    ),

    final as (
        select
            customer_key,
            customer_id,
            email,
            contact_id,
            cast(customer_ids as integer) as customer_ids,
            cast(emails as integer) as emails,
            cast(contact_ids as integer) as contact_ids,
            first_seen_at,
            full_name,
            birth_date,
            gender,
            city,
            country,
            consent_email,
            email_opted_out_at,
            consent_sms,
            sms_opted_out_at,
            consent_phone,
            phone_opted_out_at
        from everyone
    )

select *
from final
