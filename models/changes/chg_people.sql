-- Customers of whom an identifier came, went or was named again, as a contact's are
-- when its row comes; and those whom nothing names, who are always looked at.
-- depends_on: {{ ref("chg_identifiers") }}, {{ ref("int_identifier__resolved") }}
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
            select 'unknown' as customer_key
            union
            select 'erased' as customer_key
        ),

        final as (select customer_key from customers where customer_key is not null)

    select *
    from final
{% else %} {{ no_rows({"customer_key": dbt.type_string()}) }}
{% endif %}
