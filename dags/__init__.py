"""Airflow DAGs: thin, joined by assets; the work is in loaders, sim and analytics."""
