with

    contacts as (select * from {{ source("raw", "contacts") }}),

    ranked as (
        {{
            ranked_versions(
                "contacts",
                "contact_id",
                "coalesce(updated_at, created_at)",
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
            {{ local_date("created_at", setting("business_timezone")) }}
            as created_date,
            coalesce(updated_at, created_at) as updated_at,
            customer_id,
            lower(email) as email,
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
