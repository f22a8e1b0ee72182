{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["contact_id"],
        meta={"scope": "chg_contacts_before", "feed": "contacts"},
    )
}}

-- depends_on: {{ ref("chg_contacts_before") }}
with

    contacts as {{ inlined() }} (select * from {{ source("raw", "contacts") }}),

    versions as (
        select
            contact_id,
            created_at,
            coalesce(updated_at, created_at) as updated_at,
            {{ without_placeholder("customer_id") }} as customer_id,
            {{ email_without_placeholder("email") }} as email,
            full_name,
            birth_date,
            gender,
            city,
            country,
            consent_email,
            consent_sms,
            consent_phone
        from contacts
        {%- if only_changes() %}
            -- versions that are known compete with those that came
            union all
            select *
            from {{ this }}
            where contact_id in (select contact_id from contacts)
        {%- endif %}
    ),

    -- the version that stg_contacts takes if there is no later one
    ranked as (
        select
            *,
            row_number() over (
                partition by contact_id, updated_at
                order by
                    created_at desc nulls last,
                    customer_id desc nulls last,
                    email desc nulls last,
                    full_name desc nulls last,
                    birth_date desc nulls last,
                    gender desc nulls last,
                    city desc nulls last,
                    country desc nulls last,
                    consent_email desc nulls last,
                    consent_sms desc nulls last,
                    consent_phone desc nulls last
            ) as version_rank
        from versions
    ),

    final as (
        select
            contact_id,
            created_at,
            updated_at,
            customer_id,
            email,
            full_name,
            birth_date,
            gender,
            city,
            country,
            consent_email,
            consent_sms,
            consent_phone
        from ranked
        where version_rank = 1
    )

select *
from final
