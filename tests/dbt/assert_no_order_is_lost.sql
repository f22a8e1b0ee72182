{{ config(meta={"dagster": {"ref": {"name": "fct_orders"}}}) }}

{%- set changes = ref("chg_orders") %}

-- Every order stays in the facts. A row here is an order whose currency has left
-- currency_rates since it was accepted: put the currency back.
select orders.order_id, orders.currency
from {{ ref("stg_orders") }} as orders
left join {{ ref("fct_orders") }} as facts on orders.order_id = facts.order_id
where facts.order_id is null and {{ changed(["orders.order_id"], changes) }}
