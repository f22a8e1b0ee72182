with

    published as (select * from {{ source("published", "customers") }}),

    final as (select customer_key, next_customer_key, reason, release_id from published)

select *
from final
