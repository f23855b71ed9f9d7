"""What the docs page shows: one page of the documentation, or what a search finds in all of them."""

from __future__ import annotations

import asyncio
import dataclasses
from urllib.parse import urlencode

import reflex as rx

from walmart_app.documents.library import DECISIONS, Library, Shelf
from walmart_app.documents.parsing import Document, route, without_tables
from walmart_app.documents.search import LONGEST, search

_shelf = Shelf()
# the content comes over the websocket after the page: only then there is something to scroll to
_SCROLL = """
(() => {
  const wanted = decodeURIComponent(location.hash.slice(1));
  let tries = 0;
  const look = () => {
    const found = wanted && document.getElementById(wanted);
    if (found) found.scrollIntoView(); else if (wanted && tries++ < 60) requestAnimationFrame(look);
  };
  look();
})()
"""


@dataclasses.dataclass
class BlockRow:
    """A heading (`kind` h2, h3 or h4) or Markdown (`kind` text)."""

    kind: str
    text: str
    anchor: str


@dataclasses.dataclass
class PageLink:
    """A page in the navigation, or a heading in the contents (`kind` h2 or h3)."""

    title: str
    href: str
    current: bool
    kind: str


@dataclasses.dataclass
class RecordRow:
    """A decision record in the list of them."""

    title: str
    href: str
    status: str
    date: str


@dataclasses.dataclass
class HitRow:
    """What a search found."""

    title: str
    section: str
    href: str
    before: str
    match: str
    after: str


class DocsState(rx.State):
    """The page's substate."""

    loaded: bool = False
    found: bool = True
    title: str = "Documentation"
    facts: str = ""
    blocks: rx.Field[list[BlockRow]] = rx.field(default_factory=list)
    contents: rx.Field[list[PageLink]] = rx.field(default_factory=list)
    guides: rx.Field[list[PageLink]] = rx.field(default_factory=list)
    decisions: rx.Field[list[PageLink]] = rx.field(default_factory=list)
    records: rx.Field[list[RecordRow]] = rx.field(default_factory=list)
    previous_title: str = ""
    previous_href: str = ""
    next_title: str = ""
    next_href: str = ""
    query: str = ""
    hits: rx.Field[list[HitRow]] = rx.field(default_factory=list)
    hits_said: str = ""

    @rx.event
    async def open(self) -> rx.event.EventSpec | None:
        """Show what the address names; runs at every change of it."""
        library = await asyncio.to_thread(_shelf.library)
        slug = _slug(self.router.url.path)
        self.query = str(self.router.url.query_parameters.get("q", ""))[:LONGEST]
        self._show_navigation(library, slug)
        self._show_hits(library)
        page = library.pages.get(slug)
        self.found, self.loaded = page is not None, True
        if page is None:
            self.title, self.facts, self.blocks, self.contents, self.records = "There is no such page", "", [], [], []
            self.previous_title = self.previous_href = self.next_title = self.next_href = ""
            return None
        self._show_page(library, page)
        return rx.call_script(_SCROLL)

    @rx.event
    def find(self, text: str) -> rx.event.EventSpec | None:
        """Search all pages; the question is kept in the address."""
        question = str(text)[:LONGEST]
        path = route(_slug(self.router.url.path))
        return rx.redirect(f"{path}?{urlencode({'q': question})}" if question.strip() else path, replace=True)

    def _show_navigation(self, library: Library, slug: str) -> None:
        guides = [PageLink(page.title, route(page.slug), page.slug == slug, "page") for page in library.guides]
        decisions = [PageLink(page.title, route(page.slug), page.slug == slug, "page") for page in library.decisions]
        if guides != self.guides:
            self.guides = guides
        if decisions != self.decisions:
            self.decisions = decisions

    def _show_hits(self, library: Library) -> None:
        if not self.query.strip():
            self.hits, self.hits_said = [], ""
            return
        found = search(library.pages.values(), self.query)
        self.hits = [HitRow(hit.title, hit.section, hit.href, hit.before, hit.match, hit.after) for hit in found]
        count = len(found)
        places = "one place" if count == 1 else f"{count} places"
        self.hits_said = f"Found in {places}, the best first." if found else "No page has all of these words."

    def _show_page(self, library: Library, page: Document) -> None:
        self.title = page.title
        self.facts = " · ".join(part for part in (page.status.capitalize(), page.date) if part)
        self.blocks = [
            BlockRow(f"h{min(block.level, 4)}" if block.level else "text", block.text, block.anchor)
            for block in page.blocks
        ]
        is_index = page.slug == DECISIONS
        if is_index:  # its table of records is shown with their status and date instead
            self.blocks = [dataclasses.replace(row, text=without_tables(row.text)) for row in self.blocks]
        here = route(page.slug)
        self.contents = [
            PageLink(block.text, f"{here}#{block.anchor}", False, f"h{block.level}") for block in page.headings
        ]
        self.records = (
            [RecordRow(one.title, route(one.slug), one.status, one.date) for one in library.records] if is_index else []
        )
        before, after = library.around(page.slug)
        self.previous_title, self.previous_href = (before.title, route(before.slug)) if before else ("", "")
        self.next_title, self.next_href = (after.title, route(after.slug)) if after else ("", "")


def _slug(path: str) -> str:
    """The path below /docs; whatever else there is names no page."""
    return path.strip("/").removeprefix("docs").strip("/").removesuffix(".md")
