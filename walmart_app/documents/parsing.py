"""One Markdown file as a page: title, blocks between headings, anchors, and links that lead to other pages."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_FACT = re.compile(r"^[-*]\s+(Status|Date):\s*(.+?)\s*$", re.IGNORECASE)
_LINK = re.compile(r"(?<!!)(\[[^\]]*\]\()([^)\s]+)(\))")
_CODE_SPAN = re.compile(r"(`+)(.+?)\1")


@dataclass(frozen=True)
class Block:
    """A heading (`level` 2 or more, with its `anchor`) or the Markdown up to the next one (`level` 0)."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Document:
    """A page. `slug` is its path below /docs, empty for the start; `status`, `date` are empty unless it says them."""

    slug: str
    title: str
    blocks: tuple[Block, ...]
    status: str = ""
    date: str = ""

    @property
    def headings(self) -> tuple[Block, ...]:
        """Its second and third level headings."""
        return tuple(block for block in self.blocks if block.level in {2, 3})


def slug_of(path: str) -> str:
    """The path below /docs of a file below docs_md: `a/README.md` is `a`, `a/b.md` is `a/b`."""
    without = path.removesuffix(".md")
    if without == "README":
        return ""
    return without.removesuffix("/README")


def anchor_of(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def plain(text: str) -> str:
    """Markdown of one line as words alone."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[`*]|(?<!\w)_|_(?!\w)", "", text).strip()


def parse(path: str, text: str, known: frozenset[str]) -> Document:
    """The page of a file.

    Args:
        path: the file below docs_md, with forward slashes.
        known: all files below docs_md; links to them become links to their pages.
    """
    title, status, date = "", "", ""
    blocks: list[Block] = []
    prose: list[str] = []
    used: dict[str, int] = {}

    def close() -> None:
        joined = "\n".join(prose).strip("\n")
        if joined.strip():
            blocks.append(Block(0, joined, ""))
        prose.clear()

    for line, fenced in _lines(text):
        heading = None if fenced else _HEADING.match(line)
        fact = None if fenced or blocks else _FACT.match(line)
        if heading and len(heading[1]) == 1 and not title:
            title = plain(heading[2])
        elif heading:
            close()
            blocks.append(Block(max(2, len(heading[1])), plain(heading[2]), _once(anchor_of(heading[2]), used)))
        elif fact and title and not any(part.strip() for part in prose):
            status, date = (fact[2], date) if fact[1].lower() == "status" else (status, fact[2])
        else:
            prose.append(line if fenced else _with_links(line, path, known))
    close()
    return Document(slug_of(path), title or posixpath.basename(path).removesuffix(".md"), tuple(blocks), status, date)


def without_tables(markdown: str) -> str:
    """The text with the rows of its tables left out."""
    return "\n".join(line for line, fenced in _lines(markdown) if fenced or not line.startswith("|")).strip()


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it belongs to a block of code."""
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if fence:
            yield line, True
            if mark and line.strip() == fence:
                fence = ""
        elif mark:
            fence = mark[1]
            yield line, True
        else:
            yield line, False


def _once(anchor: str, used: dict[str, int]) -> str:
    """The same anchor again gets a number."""
    count = used.get(anchor, 0)
    used[anchor] = count + 1
    return f"{anchor}-{count}" if count else anchor


def _with_links(line: str, path: str, known: frozenset[str]) -> str:
    spans = [match.span() for match in _CODE_SPAN.finditer(line)]

    def replace(match: re.Match[str]) -> str:
        # a link's text may be code, but a link inside code is code
        if any(begin < match.start() and match.end() <= end for begin, end in spans):
            return match[0]
        return match[1] + address(match[2], path, known) + match[3]

    return _LINK.sub(replace, line)


def address(target: str, path: str, known: frozenset[str]) -> str:
    """Where a link in the file `path` leads: to a page of ours if it names a file of docs_md."""
    file, mark, anchor = target.partition("#")
    if not file or re.match(r"[a-z][a-z0-9+.-]*:|/", file, re.IGNORECASE):
        return target
    found = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
    if found not in known and f"{found}/README.md" in known:
        found = f"{found}/README.md"
    if found not in known:
        return target
    return route(slug_of(found)) + mark + anchor


def route(slug: str) -> str:
    """The address of a page."""
    return f"/docs/{slug}" if slug else "/docs"
