-- Customers of whom an identifier or a contact came, went or changed; and those whom
-- nothing names, who are always looked at.
-- depends_on: {{ ref("chg_identifiers") }}, {{ ref("int_identifier__resolved") }}
-- depends_on: {{ ref("chg_contacts") }}, {{ ref("int_contact__owners") }}
{% if only_changes() %}
    with

        customers as (
            select previous_customer_key as customer_key
            from {{ ref("chg_identifiers") }}
            union
            select customer_key
            from {{ ref("int_identifier__resolved") }}
            where
                identifier in (
                    select changed.identifier
                    from {{ ref("chg_identifiers") }} as changed
                )
            union
            select previous_customer_key as customer_key
            from {{ ref("chg_contacts") }}
            union
            select customer_key
            from {{ ref("int_contact__owners") }}
            where
                contact_id
                in (select changed.contact_id from {{ ref("chg_contacts") }} as changed)
            union
            select 'unknown' as customer_key
            union
            select 'erased' as customer_key
        ),

        final as (select customer_key from customers where customer_key is not null)

    select *
    from final
{% else %} {{ no_rows({"customer_key": dbt.type_string()}) }}
{% endif %}
