{# Nodes that edges join, each with one node that stands for its component: which one does not matter.
   Each round every node goes over to the neighbour, or itself, that is least in an order drawn anew for
   the round, and edges are then drawn between those gone over to. A round leaves about half of a chain and
   next to nothing of ordinary people, so a single component of a million is done in some twenty rounds
   (Boegeholz, Brand, Todor: In-database connected component analysis, ICDE 2020). #}
{% macro connected_components(edges) -%}
    {{ return(adapter.dispatch("connected_components")(edges)) }}
{%- endmacro %}

{# As many rounds as it takes. #}
{% macro duckdb__connected_components(edges) -%}
    with recursive
        rounds(round, is_edge, node, other_node) as (
            select 0 as round, true as is_edge, one_node as node, other_node
            from {{ edges }}
            where one_node <> other_node
            union all
            (
                with
                    edges_now as (select * from rounds where is_edge),

                    both_ways as (
                        select round, node, other_node
                        from edges_now
                        union all
                        select round, other_node as node, node as other_node
                        from edges_now
                    ),

                    moves as (
                        select
                            round,
                            node,
                            {{ least_of_neighbours("node", "other_node", "round") }}
                            as next_node
                        from both_ways
                        group by round, node
                    ),

                    moved as (
                        select distinct
                            edges_now.round,
                            least(one.next_node, other.next_node) as node,
                            greatest(one.next_node, other.next_node) as other_node
                        from edges_now
                        inner join moves as one on edges_now.node = one.node
                        inner join moves as other on edges_now.other_node = other.node
                    )

                select round + 1 as round, true as is_edge, node, other_node
                from moved
                where node <> other_node
                union all
                select
                    round + 1 as round, false as is_edge, node, next_node as other_node
                from moves
            )
        ),

        moves as (
            select round, node, other_node as next_node from rounds where not is_edge
        ),

        -- from the last round back to the first
        ends(round, node, component) as (
            select round, node, next_node as component
            from moves
            where round = (select max(round) from moves)
            union all
            select
                moves.round,
                moves.node,
                coalesce(ends.component, moves.next_node) as component
            from moves
            inner join
                (select max(round) as round from ends) as later
                on moves.round = later.round - 1
            left join ends on moves.next_node = ends.node
        )
    select node, component
    from ends
    where round = 1
{%- endmacro %}

{# The same for an engine that cannot group in a recursion: so many rounds as will do for a hundred
   million nodes. assert_identifiers_of_a_row_are_one_customer fails if they did not. #}
{% macro default__connected_components(edges, rounds=40) -%}
    with
        edges_0 as (
            select one_node as node, other_node
            from {{ edges }}
            where one_node <> other_node
        ),
        {% for round in range(1, rounds + 1) %}
            moves_{{ round }} as (
                select
                    node,
                    {{ least_of_neighbours("node", "other_node", round) }} as next_node
                from
                    (
                        select node, other_node
                        from edges_{{ round - 1 }}
                        union all
                        select other_node as node, node as other_node
                        from edges_{{ round - 1 }}
                    ) as both_ways
                group by node
            ),
            edges_{{ round }} as (
                select node, other_node
                from
                    (
                        select distinct
                            least(one.next_node, other.next_node) as node,
                            greatest(one.next_node, other.next_node) as other_node
                        from edges_{{ round - 1 }} as edges_now
                        inner join moves_{{ round }} as one on edges_now.node = one.node
                        inner join
                            moves_{{ round }} as other
                            on edges_now.other_node = other.node
                    ) as moved
                where node <> other_node
            ),
        {% endfor %}
        ends_{{ rounds + 1 }} as (
            select node, other_node as component from edges_{{ rounds }} where 1 = 0
        )
        {% for round in range(rounds, 0, -1) %}
            ,
            ends_{{ round }} as (
                select
                    moves.node, coalesce(ends.component, moves.next_node) as component
                from moves_{{ round }} as moves
                left join ends_{{ round + 1 }} as ends on moves.next_node = ends.node
            )
        {% endfor %}
    select node, component
    from ends_1
{%- endmacro %}

{# The least, in the round's own order, of a node and the neighbours grouped with it. #}
{% macro least_of_neighbours(node, neighbour, round) -%}
    case
        when min({{ scattered(neighbour, round) }}) < {{ scattered(node, round) }}
        then min_by({{ neighbour }}, {{ scattered(neighbour, round) }})
        else {{ node }}
    end
{%- endmacro %}

{# A number that has nothing to do with the given one, another for each round. #}
{% macro scattered(number, round) -%}
    {{ return(adapter.dispatch("scattered")(number, round)) }}
{%- endmacro %}

{% macro duckdb__scattered(number, round) -%}
    hash({{ number }}, {{ round }})
{%- endmacro %}
