-- Customers of whom an identifier came, went or was named again, as a contact's are
-- when its row comes, or who opted out or in; and those whom nothing names, who are
-- always looked at.
-- depends_on: {{ ref("chg_identifiers") }}, {{ ref("int_identifier__resolved") }}
-- depends_on: {{ ref("chg_touches") }}, {{ ref("chg_touches_before") }}
-- depends_on: {{ ref("fct_crm_touches") }}, {{ ref("touch_types") }}
{% if only_changes() %}
    with

        consents as (
            select touch_type
            from {{ ref("touch_types") }}
            where kind in ('opt_out', 'opt_in')
        ),

        touches as (
            select touch_id, previous_customer_key
            from {{ ref("chg_touches") }}
            where
                touch_type in (select consents.touch_type from consents)
                or touch_id in (
                    select before.touch_id
                    from {{ ref("chg_touches_before") }} as before
                    inner join consents on before.touch_type = consents.touch_type
                )
        ),

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
            from touches
            union
            select customer_key
            from {{ ref("fct_crm_touches") }}
            where
                touch_id in (select touches.touch_id from touches)
                and {{ on_days_of(ref("chg_touches"), "touch_date") }}
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
