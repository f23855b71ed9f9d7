select
    world_id,
    published_through,
    clock_day,
    last_complete_day,
    last_started_day,
    corrections_through
from {{ ref('base_world') }}
