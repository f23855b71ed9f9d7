"""All pages of docs_md/ in reading order; read once, and again when a file has changed."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from pathlib import Path

from loaders.settings import ROOT
from walmart_app.documents.parsing import Document, parse, slug_of

DOCS = ROOT / "docs_md"
DECISIONS = "decisions"
_TARGET = re.compile(r"\]\(([^)\s#]+\.md)")


@dataclass(frozen=True)
class Library:
    """The pages by their path below /docs, in reading order: the start, the guides, the decisions."""

    pages: dict[str, Document]

    @property
    def guides(self) -> list[Document]:
        """The start and the guides, in the order in which the start lists them."""
        return [page for page in self.pages.values() if not _is_decision(page.slug)]

    @property
    def decisions(self) -> list[Document]:
        """The page about decisions, then the records in order."""
        return [page for page in self.pages.values() if _is_decision(page.slug)]

    @property
    def records(self) -> list[Document]:
        """The decision records in order."""
        return [page for page in self.decisions if page.slug != DECISIONS]

    def around(self, slug: str) -> tuple[Document | None, Document | None]:
        """The pages before and after a page, in reading order."""
        order = list(self.pages)
        place = order.index(slug)
        before = self.pages[order[place - 1]] if place else None
        after = self.pages[order[place + 1]] if place + 1 < len(order) else None
        return before, after


def read(root: Path) -> Library:
    """Read all files below `root`."""
    texts = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.md"))}
    known = frozenset(texts)
    listed = [name for name in _TARGET.findall(texts.get("README.md", "")) if name in known]
    places = {name: place for place, name in enumerate(listed)}

    def order(name: str) -> tuple[bool, bool, int, str]:
        return _is_decision(slug_of(name)), not name.endswith("README.md"), places.get(name, len(places)), name

    return Library({slug_of(name): parse(name, texts[name], known) for name in sorted(texts, key=order)})


class Shelf:
    """A library that follows its files."""

    def __init__(self, root: Path = DOCS) -> None:
        self._root, self._lock = root, threading.Lock()
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._library = Library({})

    def library(self) -> Library:
        """The pages as the files have them now; parsed anew only when one has changed."""
        found = [(path, path.stat()) for path in sorted(self._root.rglob("*.md"))]
        seen = tuple((str(path), status.st_mtime_ns, status.st_size) for path, status in found)
        with self._lock:
            if seen != self._seen:
                self._library, self._seen = read(self._root), seen
            return self._library


def _is_decision(slug: str) -> bool:
    return slug == DECISIONS or slug.startswith(f"{DECISIONS}/")
