{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["contact_id"],
        meta={"scope": "chg_contacts_before", "feed": "contacts"},
    )
}}

{%- set before = ref("chg_contacts_before") %}

with

    contacts as {{ inlined() }} (select * from {{ source("raw", "contacts") }}),

    versions as {{ inlined() }} (
        select
            contact_id,
            created_at,
            {{ local_date("created_at", setting("business_timezone")) }}
            as created_date,
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
            -- a row that comes again competes with what it was
            union all
            select *
            from {{ before }}
        {%- endif %}
    ),

    ranked as (
        {{
            ranked_versions(
                "versions",
                "contact_id",
                "updated_at",
                [
                    "created_at",
                    "customer_id",
                    "email",
                    "full_name",
                    "birth_date",
                    "gender",
                    "city",
                    "country",
                    "consent_email",
                    "consent_sms",
                    "consent_phone",
                ],
            )
        }}
    ),

    final as (
        select
            contact_id,
            created_at,
            created_date,
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
