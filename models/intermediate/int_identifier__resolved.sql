-- The one place that says who is who. Every row is known by its first identifier
-- (customer_id, else email, else contact_id), and each such identifier is a customer.
with

    orders as (select * from {{ ref("stg_orders") }}),

    web_sessions as (select * from {{ ref("stg_web_sessions") }}),

    crm_touches as (select * from {{ ref("stg_crm_touches") }}),

    contacts as (select * from {{ ref("stg_contacts") }}),

    identifiers as (
        select {{ first_identifier(["customer_id", "email"]) }} as identifier
        from orders
        union
        select {{ first_identifier(["customer_id", "email"]) }} as identifier
        from web_sessions
        union
        select
            {{ first_identifier(["customer_id", "email", "contact_id"]) }} as identifier
        from crm_touches
        union
        select
            {{ first_identifier(["customer_id", "email", "contact_id"]) }} as identifier
        from contacts
    ),

    final as (
        select identifier, md5(identifier) as customer_key
        from identifiers
        where identifier is not null
    )

select *
from final
