-- The last day of the newest whole week (Monday to Sunday) that late rows can no longer change.
select date_trunc('week', last_complete_day - {{ var('lookback_days', 1) }} + 1)::date - 1 as last_settled_day
from {{ ref('stg_world') }}
where last_complete_day is not null
