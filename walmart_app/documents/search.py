"""Search over all pages: every word must occur in a section or in its titles; titles weigh more than text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from walmart_app.documents.parsing import Document, plain, route

MOST = 20
LONGEST = 100  # characters of a question that are read
_AROUND = 90
_TITLE, _HEADING, _TEXT, _WHOLE_WORD, _PHRASE = 12, 6, 1, 2, 4


@dataclass(frozen=True)
class Hit:
    """A section that answers; `before`, `match`, `after` are the excerpt around the first word found in the text."""

    title: str
    section: str
    href: str
    before: str
    match: str
    after: str
    score: int


@dataclass(frozen=True)
class _Section:
    page: Document
    heading: str
    anchor: str
    text: str


def words(question: str) -> list[str]:
    """What is searched for, in lower case, each word once."""
    return list(dict.fromkeys(re.findall(r"[\w.\-/]*\w", question[:LONGEST].lower())))


def search(pages: Iterable[Document], question: str, most: int = MOST) -> list[Hit]:
    """The best sections, best first; sections of one page are in their order where they are equally good."""
    wanted = words(question)
    if not wanted:
        return []
    hits = [hit for page in pages for section in _sections(page) if (hit := _hit(section, wanted)) is not None]
    return sorted(hits, key=lambda hit: -hit.score)[:most]


def _sections(page: Document) -> Iterator[_Section]:
    heading, anchor, text = "", "", ""
    for block in page.blocks:
        if block.level:
            yield _Section(page, heading, anchor, text)
            heading, anchor, text = block.text, block.anchor, ""
        else:
            text = _readable(block.text)
    yield _Section(page, heading, anchor, text)


def _readable(markdown: str) -> str:
    """Text without the marks of tables, lists and code."""
    lines = (line for line in markdown.splitlines() if not re.fullmatch(r"[\s|:\-]+|\s*(```|~~~).*", line))
    return " ".join(plain(re.sub(r"\s*\|\s*", " ", line).strip()) for line in lines)


def _hit(section: _Section, wanted: list[str]) -> Hit | None:
    title, heading, text = section.page.title.lower(), section.heading.lower(), section.text.lower()
    if not (section.anchor or section.text):
        text = title  # a page that begins with a heading is found by its title all the same
    score = 0
    for word in wanted:
        if word not in title and word not in heading and word not in text:
            return None
        whole = re.compile(rf"\b{re.escape(word)}\b")
        # the title counts for the page's beginning alone, or each of its sections would come before other pages
        if not section.anchor and word in title:
            score += _TITLE * (_WHOLE_WORD if whole.search(title) else 1)
        if word in heading:
            score += _HEADING * (_WHOLE_WORD if whole.search(heading) else 1)
        score += _TEXT * min(len(whole.findall(text)) * _WHOLE_WORD or text.count(word), 6)
    if not score:
        return None
    phrase = " ".join(wanted)
    if len(wanted) > 1 and (phrase in text or phrase in heading or phrase in title):
        score *= _PHRASE
    href = route(section.page.slug) + (f"#{section.anchor}" if section.anchor else "")
    return Hit(section.page.title, section.heading, href, *_excerpt(section.text, wanted), score)


def _excerpt(text: str, wanted: list[str]) -> tuple[str, str, str]:
    low = text.lower()
    phrase = " ".join(wanted)
    found = next((word for word in (phrase, *wanted) if word in low), "")
    at = low.find(found) if found else 0
    begin, end = max(0, at - _AROUND), min(len(text), at + len(found) + _AROUND)
    before, after = text[begin:at], text[at + len(found) : end]
    if begin:
        before = "… " + before.partition(" ")[2]
    if end < len(text):
        after = after.rpartition(" ")[0] + " …"
    return before, text[at : at + len(found)], after
