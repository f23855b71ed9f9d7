"""The schemas of PostgreSQL of which the warehouse holds tables: what dbt built, and what was predicted."""

SCHEMAS = ("analytics", "predictions")
