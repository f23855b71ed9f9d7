"""Type, space, colour and chart palette, decided once. Colours are Radix variables, so both themes follow."""

from __future__ import annotations

FONT = '"Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
MONO = 'ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace'

# five sizes; tables use SMALL
TINY, SMALL, BODY, LARGE, TITLE = "12px", "13px", "14px", "18px", "24px"
# a 4-px grid
SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_6, SPACE_8 = "4px", "8px", "12px", "16px", "24px", "32px"

PAGE_WIDTH = "1440px"
READING_WIDTH = "760px"
TEXT, MUTED = "var(--gray-12)", "var(--gray-11)"
LINE_COLOUR = "var(--gray-5)"
LINE = f"1px solid {LINE_COLOUR}"
SURFACE, BACKGROUND, RAISED = "var(--color-panel-solid)", "var(--gray-2)", "var(--gray-3)"
ACCENT, ACCENT_SOFT = "var(--accent-11)", "var(--accent-3)"
GOOD, WARN, BAD, LIVE = "var(--green-11)", "var(--amber-11)", "var(--red-11)", "var(--yellow-9)"
RADIUS = "8px"

# Charts. Okabe and Ito's colours for categories, told apart with every kind of colour blindness
# (jfly.uni-koeln.de/color, 2008); the yellow is left out, it is too pale on white. One hue in steps for amounts.
CATEGORIES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#7F7F7F")
ACCENT_LINE = "#3E63DD"  # Radix indigo 9: a chart cannot read CSS variables
COMPARED = "#9BA1A6"
AMOUNTS = ((0.0, "rgba(62, 99, 221, 0.06)"), (1.0, "rgba(62, 99, 221, 1)"))
CHART_TEXT = {"light": "#60646C", "dark": "#B0B4BA"}
CHART_GRID = {"light": "#E4E4E9", "dark": "#2E3035"}
