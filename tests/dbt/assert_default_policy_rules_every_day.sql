{{ config(meta={"dagster": {"ref": {"name": "status_policy"}}}) }}

-- Every customer needs a policy on every day. A row here means that status_policy has
-- lost its segment `default`: put it back.
select 'default' as missing_policy_segment
where
    not exists (
        select 1 from {{ ref("status_policy") }} where policy_segment = 'default'
    )
