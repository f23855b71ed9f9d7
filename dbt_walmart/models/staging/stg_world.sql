select
    world_id,
    published_through,
    clock_day,
    last_complete_day,
    last_started_day
from {{ ref('base_world') }}
