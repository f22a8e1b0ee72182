{{
    config(
        materialized="incremental",
        incremental_strategy="scoped",
        unique_key=["contact_id"],
        meta={"scope": "chg_contacts", "day": "created_date"},
    )
}}

{%- set changes = ref("chg_contacts") %}

-- Whose contact it is.
with

    shared_customers as ({{ shared_customer_ids() }}),

    contacts as (
        select
            contact_id,
            created_date,
            email,
            {{ first_identifier(["customer_id", "contact_id"], "shared_customers") }}
            as identifier
        from {{ rows_to_make(ref("stg_contacts"), changes) }}
    ),

    resolved as (select * from {{ ref("int_identifier__resolved") }}),

    final as (
        select
            contacts.contact_id,
            coalesce(
                resolved.customer_key, by_email.customer_key, 'unknown'
            ) as customer_key,
            contacts.created_date
        from contacts
        left join resolved on contacts.identifier = resolved.identifier
        -- where the contact is shared, the address still says who it was
        left join
            resolved as by_email
            on resolved.customer_key is null
            and 'email:' || contacts.email = by_email.identifier
    )

select *
from final
