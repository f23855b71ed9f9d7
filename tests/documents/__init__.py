"""The documentation's parsing, order and search."""
