with

    stores as (select * from {{ ref("stores") }}),

    final as (
        select
            {{ hashed_key("store_id") }} as store_id,
            {{ masked_text("store_name") }} as store_name,
            {{ masked_text("city") }} as city,
            {{ masked_text("country") }} as country,
            timezone,
            opened_on
        from stores
    )

select *
from final
