{# Days on which one set of intervals of measured engagement holds and the other does not, from the first up to but
   without the last: one row per policy row and such interval. #}
{% macro coverage_differences(before, after) -%}
    select policy_segment, policy_effective_from, differs_from, differs_to
    from
        (
            select
                policy_segment,
                policy_effective_from,
                day as differs_from,
                lead(day) over (
                    partition by policy_segment, policy_effective_from order by day
                ) as differs_to,
                sum(step) over (
                    partition by policy_segment, policy_effective_from
                    order by day
                    rows between unbounded preceding and current row
                ) as difference
            from
                (
                    select policy_segment, policy_effective_from, day, sum(step) as step
                    from
                        (
                            {%- for intervals, sign in [(before, ""), (after, "-")] %}
                                select
                                    policy_segment,
                                    policy_effective_from,
                                    measured_from as day,
                                    {{ sign }}1 as step
                                from {{ intervals }}
                                union all
                                select
                                    policy_segment,
                                    policy_effective_from,
                                    measured_to as day,
                                    {{ "" if sign else "-" }}1 as step
                                from {{ intervals }} {{ "union all" if not loop.last }}
                            {%- endfor %}
                        ) as ends
                    group by policy_segment, policy_effective_from, day
                ) as steps
        ) as differences
    where difference <> 0
{%- endmacro %}
