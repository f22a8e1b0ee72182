{# The identifier a row is known by, as text that says which kind it is. Null when it has none. A customer_id that is
   shared says nothing about whose the row is: it comes last. #}
{% macro first_identifier(columns, shared_customers) -%}
    coalesce(
        case
            when
                'customer_id:' || customer_id
                not in (select identifier from {{ shared_customers }})
            then 'customer_id:' || customer_id
        end,
        {%- for column in columns if column != "customer_id" %}
            '{{ column }}:' || {{ column }},
        {%- endfor %}
        'customer_id:' || customer_id
    )
{%- endmacro %}

{# The customer_ids that a row of identifier_rules.csv says are shared, as a query. #}
{% macro shared_customer_ids() -%}
    select identifier
    from {{ ref("int_identifier__known") }}
    where is_shared and identifier_rank = 1
{%- endmacro %}
