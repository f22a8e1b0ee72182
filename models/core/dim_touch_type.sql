with

    touch_types as (select * from {{ ref("touch_types") }}),

    engagement_points as (
        select * from {{ ref("engagement_points") }} where source = 'crm'
    ),

    final as (
        select
            touch_types.touch_type,
            touch_types.kind,
            coalesce(touch_types.is_dissatisfaction, false) as is_dissatisfaction,
            touch_types.dissatisfied_at_or_below,
            coalesce(engagement_points.points, 0) as engagement_points,
            engagement_points.daily_cap as engagement_daily_cap
        from touch_types
        left join
            engagement_points on touch_types.touch_type = engagement_points.touch_type
    )

select *
from final
