-- Contacts of which rows have come again, as the last build knew them.
{% if only_changes() %}
    with

        contacts as (select * from {{ source("raw", "contacts") }}),

        before as (select * from {{ previous("stg_contacts") }}),

        final as (
            select *
            from before
            where contact_id in (select contacts.contact_id from contacts)
        )

    select *
    from final
{% else %} {{ no_rows({"contact_id": dbt.type_string()}) }}
{% endif %}
