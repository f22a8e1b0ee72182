with

    known as (select * from {{ ref("int_identifier__known") }} where is_shared),

    typed as (
        select
            *,
            {{ text_before("identifier", ":") }} as identifier_type,
            {{ text_after("identifier", ":") }} as identifier_value
        from known
    ),

    final as (
        select
            md5(identifier) as identifier_hash,
            identifier_type,
            case
                when {{ is_forgotten("identifier") }}
                then 'erased'
                else {{ masked("identifier_value") }}
            end as masked_identifier,
            cast(customer_ids as integer) as customer_ids,
            case
                when is_shared_by_rule
                then 'identifier_rules'
                else 'max_identifier_degree'
            end as shared_by,
            first_seen_at
        from typed
    )

select *
from final
