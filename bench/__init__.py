"""Benchmarks: each prints a table, and as its last line one JSON object with a ratio against a named reference."""
