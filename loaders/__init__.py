"""Settings, schema, migrations, bulk loads into PostgreSQL and the warehouse."""
