-- Identifiers known before that belong to another customer now, or to none: rows
-- that name them are read again.
-- depends_on: {{ ref("chg_identifiers") }}
-- depends_on: {{ ref("chg_identifiers_seen") }}
-- depends_on: {{ ref("int_identifier__resolved") }}
{% if only_changes() %}
    with

        identifiers as (select * from {{ ref("chg_identifiers") }}),

        new_identifiers as (
            select identifier from {{ ref("chg_identifiers_seen") }} where not was_known
        ),

        resolved as (select * from {{ ref("int_identifier__resolved") }}),

        final as (
            select
                identifiers.identifier,
                {{ text_before("identifiers.identifier", ":") }} as identifier_type,
                {{ text_after("identifiers.identifier", ":") }} as identifier_value
            from identifiers
            left join resolved on identifiers.identifier = resolved.identifier
            left join
                new_identifiers on identifiers.identifier = new_identifiers.identifier
            where
                coalesce(identifiers.previous_customer_key, '')
                <> coalesce(resolved.customer_key, '')
                and new_identifiers.identifier is null
        )

    select *
    from final
{% else %} {{ no_rows({"identifier": dbt.type_string()}) }}
{% endif %}
