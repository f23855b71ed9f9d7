"""Small plots as SVG text: bars, lines and dots with two axes; colours and fonts come from the page's style."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from sim.realism.findings import Picture, Series

WIDTH, HEIGHT = 360, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 10, 18, 40  # the names of several series stand above the plot
_TICKS = 4


class _Scale:
    """From values to pixels along one axis."""

    def __init__(self, low: float, high: float, start: float, end: float, log: bool) -> None:
        self._log, self._start, self._end = log, start, end
        self.low, self.high = low, high if high > low else low + 1
        self._from, self._to = self._inner(self.low), self._inner(self.high)

    def __call__(self, value: float) -> float:
        part = (self._inner(value) - self._from) / (self._to - self._from)
        return self._start + part * (self._end - self._start)

    def ticks(self) -> list[float]:
        """Round values within the axis."""
        if self._log:
            powers = range(math.ceil(math.log10(self.low)), math.floor(math.log10(self.high)) + 1)
            return [10.0**power for power in powers]
        rough = (self.high - self.low) / _TICKS
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * unit for unit in (1, 2, 2.5, 5, 10) if power * unit >= rough * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        return [step * i for i in range(first, math.floor(self.high / step + 1e-9) + 1)]

    def _inner(self, value: float) -> float:
        return math.log10(value) if self._log else value


def plot(picture: Picture) -> str:
    """The picture as one <svg> element that a screen reader announces by its title."""
    shown = [_positive(one) if picture.log else one for one in picture.series]
    xs = [x for one in shown for x in one.x]
    ys = [y for one in shown for y in one.y]
    if not xs:
        return ""
    half = 0.6 if picture.kind == "bars" else 0.0
    floor = min(ys) if picture.log or picture.kind == "dots" else min(0.0, *ys)
    x = _Scale(min(xs) - half, max(xs) + half, _LEFT, WIDTH - _RIGHT, picture.log)
    y = _Scale(floor, max(0.0 if not picture.log else floor, *ys), HEIGHT - _BOTTOM, _TOP, picture.log)
    parts = [*_axes(picture, x, y)]
    for place, one in enumerate(shown):
        parts += _marks(picture, one, place, x, y)
    if len(shown) > 1:
        parts += _legend(shown)
    title = escape(picture.title)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}"><title>{title}</title>'
        + "".join(parts) + "</svg>"
    )  # fmt: skip


def strip(value: float | None, low: float | None, high: float | None, inside: bool) -> str:
    """A value on its band: the band as a bar in the middle of the strip, the value as a mark, at most at its ends."""
    known = [bound for bound in (low, high) if bound is not None]
    span = high - low if low is not None and high is not None else abs(known[0]) or 1.0
    start = low - span if low is not None else known[0] - 2 * span
    x = _Scale(start, start + 3 * span, 0, 150, log=False)
    left, right = x(low) if low is not None else 0.0, x(high) if high is not None else 150.0
    mark = ""
    if value is not None:
        at = min(max(x(value), 3), 147)
        mark = f'<circle class="{"in" if inside else "out"}" cx="{at:.1f}" cy="8" r="4"/>'
    return (
        '<svg class="strip" viewBox="0 0 150 16" aria-hidden="true"><line class="axis" x1="0" y1="8" x2="150" y2="8"/>'
        f'<rect class="band" x="{left:.1f}" y="3" width="{right - left:.1f}" height="10"/>{mark}</svg>'
    )


def number(value: float) -> str:
    """A figure for an axis."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _positive(one: Series) -> Series:
    kept = [(x, y) for x, y in zip(one.x, one.y, strict=True) if x > 0 and y > 0]
    return Series(one.name, tuple(x for x, _ in kept), tuple(y for _, y in kept))


def _axes(picture: Picture, x: _Scale, y: _Scale) -> Iterator[str]:
    bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
    for tick in y.ticks():
        at = y(tick)
        yield f'<line class="grid" x1="{_LEFT}" y1="{at:.1f}" x2="{right}" y2="{at:.1f}"/>'
        yield f'<text x="{_LEFT - 5}" y="{at + 3:.1f}" text-anchor="end">{number(tick)}</text>'
    names = dict(zip(picture.series[0].x, picture.labels, strict=False))
    for tick in list(names) or x.ticks():
        word = escape(names[tick]) if names else number(tick)
        yield f'<text x="{x(tick):.1f}" y="{bottom + 14}" text-anchor="middle">{word}</text>'
    yield f'<line class="axis" x1="{_LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}"/>'
    middle = (_LEFT + right) / 2
    yield f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(picture.x_label)}</text>'
    yield (
        f'<text transform="translate(11 {(bottom + _TOP) / 2:.0f}) rotate(-90)" text-anchor="middle">'
        f"{escape(picture.y_label)}</text>"
    )


def _marks(picture: Picture, one: Series, place: int, x: _Scale, y: _Scale) -> Iterator[str]:
    colour = f"s{place % 4}"
    points = [(x(a), y(b)) for a, b in zip(one.x, one.y, strict=True)]
    if picture.kind == "line":
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        yield f'<polyline class="{colour}" points="{path}"/>'
        return
    zero = y(max(0.0, y.low))
    width = max(1.0, (WIDTH - _LEFT - _RIGHT) / max(len(points), 1) * 0.75)
    for a, b in points:
        if picture.kind == "dots":
            yield f'<circle class="{colour}" cx="{a:.1f}" cy="{b:.1f}" r="2.5"/>'
        else:
            top, height = min(b, zero), abs(zero - b)
            yield (
                f'<rect class="{colour}" x="{a - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" '
                f'height="{height:.1f}"/>'
            )


def _legend(shown: list[Series]) -> Iterator[str]:
    for place, one in enumerate(shown):
        at = _LEFT + 80 * place
        yield f'<rect class="s{place % 4}" x="{at}" y="2" width="10" height="8"/>'
        yield f'<text x="{at + 14}" y="10">{escape(one.name)}</text>'
