"""Type, space and colour, decided once. Colours are Radix variables, so both themes follow."""

from __future__ import annotations

FONT = 'Inter, "Inter Variable", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
MONO = 'ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace'

# five sizes; tables use SMALL
TINY, SMALL, BODY, LARGE, TITLE = "12px", "13px", "14px", "18px", "24px"
# a 4-px grid
SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_6, SPACE_8 = "4px", "8px", "12px", "16px", "24px", "32px"

PAGE_WIDTH = "1440px"
TEXT, MUTED = "var(--gray-12)", "var(--gray-11)"
LINE = "1px solid var(--gray-5)"
SURFACE, BACKGROUND = "var(--color-panel-solid)", "var(--gray-2)"
ACCENT = "var(--accent-11)"
GOOD, WARN, BAD, LIVE = "var(--green-11)", "var(--amber-11)", "var(--red-11)", "var(--yellow-9)"
RADIUS = "8px"
