-- Contacts that are made again, because their rows came again or name an identifier
-- that moved.
-- depends_on: {{ ref("stg_contacts") }}, {{ ref("chg_contacts_before") }}
-- depends_on: {{ ref("chg_identifiers_moved") }}
{% if only_changes() %}
    with

        made_again as ({{ rows_made_again("contacts") }}),

        final as ({{ with_days_before("contacts", "made_again") }})

    select *
    from final
{% else %} {{ no_rows({"contact_id": dbt.type_string()}) }}
{% endif %}
