"""What pages and API read: typed, parametrised, tested against PostgreSQL by themselves."""
