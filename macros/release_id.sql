{# The id of the release being built: the day it speaks of, and what it is made of. The release that
   is published goes by the same (orchestration/defs/release/assets.py). #}
{% macro release_id(run, published_run) -%}
    cast({{ run }}.as_of_date as {{ dbt.type_string() }})
    || '-'
    || substr({{ published_run }}.fingerprint, 1, 12)
{%- endmacro %}
