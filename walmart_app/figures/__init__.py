"""Figures from rows: pure functions that the states call, and the components draw."""
