"""The page of all parameters, made from the parameter tree: `python -m tests.docs.parameters` writes it anew."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from sim.params import Parameter, Params, describe
from tests.docs.pages import DOCS

PAGE = DOCS / "parameters.md"

_HEAD = """# Parameters

Every parameter of the simulator, as `sim/sections.py` and `sim/params.py` describe it. What each one does in the model
is told in [the model](model.md). `python -m sim params` prints the same on a terminal; a scenario's file, or
`--set visits.per_week=1.2`, changes it. A value outside its bounds is refused, and so is an unknown name.
This page is made by `python -m tests.docs.parameters`.

The column "source" says what the default rests on. "Assumption" is a number that nothing measured stands behind; many
of these were set so that the rows of [realism](realism.md) come out, which is no evidence for the number itself.

Some bounds hold between parameters:

- the three shares of missions in `baskets` come to at most 1 together; the rest are top-up trips;
- `choice.substitute_share` and `choice.delay_share` come to at most 1 together;
- `channels.pickup_share` and `channels.delivery_share` come to at most .95 together;
- `prices.smallest_step` and `promotions.smallest_depth` are at most the largest of their kind.
"""


def page() -> str:
    """The page in Markdown: a section of the tree is a heading with a table."""
    sections: dict[str, list[Parameter]] = {}
    for parameter in describe():
        sections.setdefault(parameter.name.rpartition(".")[0], []).append(parameter)
    about = {
        entry.name: entry.default_factory.__doc__ for entry in fields(Params) if is_dataclass(entry.default_factory)
    }
    parts = [_HEAD]
    for name, found in sections.items():
        parts.append(f"\n## {name or 'company'}\n\n{about.get(name, 'How large the company is, and its seed.')}\n\n")
        parts.append(_switches(found) if all(isinstance(one.default, bool) for one in found) else _numbers(found))
    return "".join(parts)


def _numbers(found: list[Parameter]) -> str:
    rows = [
        f"| `{one.name}` | {one.default} | {one.unit} | {one.allowed} | {one.meaning} | {one.source} |" for one in found
    ]
    return "| name | default | unit | allowed | meaning | source |\n|---|---|---|---|---|---|\n" + _lines(rows)


def _switches(found: list[Parameter]) -> str:
    """Switches have neither unit nor source, and allow true or false."""
    rows = [f"| `{one.name}` | {str(one.default).lower()} | {one.meaning} |" for one in found]
    return "| switch | default | meaning |\n|---|---|---|\n" + _lines(rows)


def _lines(rows: list[str]) -> str:
    return "\n".join(rows) + "\n"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
