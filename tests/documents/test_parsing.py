"""A file becomes a page: headings with anchors, links to other pages, code left alone."""

from __future__ import annotations

import pytest

from walmart_app.documents.parsing import Block, address, parse, without_tables

KNOWN = frozenset({"README.md", "guide.md", "decisions/README.md", "decisions/0001-a.md"})
TEXT = """# 0001: A *title*

- Status: accepted
- Date: 2026-01-02

Before. See [the guide](../guide.md#part-one) and [outside](https://example.org/x.md).

## Part `one`

```
# not a heading
[not a link](../guide.md)
```

## Part one

Code: `[neither](../guide.md)`.

### Deeper

- Status: not a fact here
"""


def test_a_file_becomes_title_facts_and_blocks() -> None:
    page = parse("decisions/0001-a.md", TEXT, KNOWN)
    assert (page.slug, page.title, page.status, page.date) == (
        "decisions/0001-a",
        "0001: A title",
        "accepted",
        "2026-01-02",
    )
    assert [(block.level, block.text, block.anchor) for block in page.headings] == [
        (2, "Part one", "part-one"),
        (2, "Part one", "part-one-1"),
        (3, "Deeper", "deeper"),
    ]
    assert page.blocks[0].text == (
        "Before. See [the guide](/docs/guide#part-one) and [outside](https://example.org/x.md)."
    )
    assert "# not a heading\n[not a link](../guide.md)" in page.blocks[2].text
    assert page.blocks[4].text == "Code: `[neither](../guide.md)`."
    assert page.blocks[-1] == Block(0, "- Status: not a fact here", "")


@pytest.mark.parametrize(
    ("target", "path", "expected"),
    [
        ("guide.md", "README.md", "/docs/guide"),
        ("README.md", "guide.md", "/docs"),
        ("decisions/README.md", "README.md", "/docs/decisions"),
        ("decisions/", "README.md", "/docs/decisions"),
        ("0001-a.md#x", "decisions/README.md", "/docs/decisions/0001-a#x"),
        ("../guide.md", "decisions/README.md", "/docs/guide"),
        ("#x", "guide.md", "#x"),
        ("missing.md", "guide.md", "missing.md"),
        ("../../outside.md", "decisions/README.md", "../../outside.md"),
        ("mailto:a@b.example", "guide.md", "mailto:a@b.example"),
        ("/api/v1/docs", "guide.md", "/api/v1/docs"),
    ],
)
def test_links_between_files_lead_to_pages(target: str, path: str, expected: str) -> None:
    assert address(target, path, KNOWN) == expected


def test_tables_are_left_out_but_not_those_in_code() -> None:
    assert without_tables("a\n\n| x |\n|---|\n\n```\n| kept |\n```") == "a\n\n\n```\n| kept |\n```"
