"""The card as one page of HTML that needs nothing else: no script, no network, plots as SVG."""

from __future__ import annotations

from html import escape

from sim.realism import svg, text
from sim.realism.scorecard import Measured, Scorecard, Scored, Verdict

_CLASS = {Verdict.IN: "in", Verdict.OUT: "out", Verdict.NONE: "none"}
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --soft: #5b6875; --line: #d8dee4; --paper: #ffffff; --card: #f6f8fa;
  --in: #1a7f37; --out: #b3261e; --band: #b7dfc3; --s0: #0b63c5; --s1: #c2571a; --s2: #6f42c1; --s3: #1a7f37; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa7b4; --line: #30363d; --paper: #0d1117;
  --card: #161b22; --in: #56d364; --out: #ff7b72; --band: #1f4d2e; --s0: #6cb0ff; --s1: #ffa657; --s2: #d2a8ff;
  --s3: #56d364; } }
body { margin: 0 auto; padding: 2rem 1rem; max-width: 76rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } p { max-width: 46rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; padding: 0.35rem 0.6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } td.s { white-space: nowrap; }
.v-in { color: var(--in); font-weight: 600; } .v-out { color: var(--out); font-weight: 600; }
.v-none { color: var(--soft); } small { color: var(--soft); }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1rem; }
figure { margin: 0; padding: 0.8rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
figcaption { font-size: 0.9rem; margin-bottom: 0.4rem; }
svg { width: 100%; height: auto; display: block; } svg.strip { width: 150px; }
svg text { font: 10px system-ui, sans-serif; fill: var(--soft); }
.grid { stroke: var(--line); } .axis { stroke: var(--soft); } .band { fill: var(--band); }
circle.in { fill: var(--in); } circle.out { fill: var(--out); }
rect.s0, circle.s0 { fill: var(--s0); } rect.s1, circle.s1 { fill: var(--s1); }
rect.s2, circle.s2 { fill: var(--s2); } rect.s3, circle.s3 { fill: var(--s3); }
polyline { fill: none; stroke-width: 1.8; } polyline.s0 { stroke: var(--s0); } polyline.s1 { stroke: var(--s1); }
polyline.s2 { stroke: var(--s2); } polyline.s3 { stroke: var(--s3); }
"""


def render(card: Scorecard) -> str:
    """The whole page."""
    rows = "".join(_rows(scored) for scored in card.rows)
    plots = "".join(
        f"<figure><figcaption>{scored.row.number}. {escape(picture.title)}</figcaption>{svg.plot(picture)}</figure>"
        for scored in card.rows
        for picture in scored.pictures
    )
    counts = ", ".join(f"{card.count(verdict)} {verdict.value}" for verdict in Verdict)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Realism scorecard</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Realism scorecard</h1>
<p>{escape(str(card.folder))}, {card.first_day} to {card.last_day}. Rows: {counts}.</p>
<p>Each statistic is computed from the tables alone and compared with what real purchase data show. H marks those
that a generator without behaviour misses. The strip shows the band and, as a dot, the value.</p>
<div class="wide"><table>
<thead><tr><th>Row</th><th>Statistic</th><th>Value</th><th>Band</th><th></th><th>Verdict</th>
<th>Real data</th></tr></thead>
<tbody>{rows}</tbody>
</table></div>
<h2>What the tables show</h2>
<div class="plots">{plots}</div>
</body>
</html>
"""


def _rows(scored: Scored) -> str:
    return "".join(_row(scored, measured, place == 0) for place, measured in enumerate(scored.measured))


def _row(scored: Scored, measured: Measured, first: bool) -> str:
    statistic, verdict = measured.statistic, measured.verdict
    head = f"<b>{scored.row.number}</b> {escape(scored.row.title)}" if first else ""
    reason = f"<br><small>{escape(measured.reason)}</small>" if measured.reason else ""
    hard = " <small>H</small>" if statistic.hard else ""
    strip = svg.strip(measured.value, statistic.low, statistic.high, verdict is Verdict.IN)
    return (
        f"<tr><td>{head}</td><td>{escape(statistic.meaning)}{hard}</td>"
        f'<td class="n">{text.figure(statistic, measured.value)}</td>'
        f'<td class="n">{text.band(statistic)}</td><td class="s">{strip}</td>'
        f'<td><span class="v-{_CLASS[verdict]}">{verdict.value}</span>{reason}</td>'
        f"<td>{escape(scored.row.real) if first else ''}</td></tr>\n"
    )
