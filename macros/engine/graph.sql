{# Nodes that edges reach, each with the least node of its component. The least node travels along the
   edges; each round looks only at the nodes that the round before has changed. #}
{% macro connected_components(edges) -%}
    {{ return(adapter.dispatch("connected_components")(edges)) }}
{%- endmacro %}

{% macro duckdb__connected_components(edges) -%}
    with recursive reached(node, component)
    using
        key(node) as (
            select distinct from_node as node, from_node as component
            from {{ edges }}
            union
            (
                select {{ edges }}.to_node as node, min(reached.component) as component
                from reached
                inner join {{ edges }} on reached.node = {{ edges }}.from_node
                inner join
                    recurring.reached as known on {{ edges }}.to_node = known.node
                where reached.component < known.component
                group by {{ edges }}.to_node
            )
        )
    select node, component
    from reached
{%- endmacro %}
