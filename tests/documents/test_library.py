"""Pages are in reading order, and follow their files."""

from __future__ import annotations

import os
from pathlib import Path

from tests.docs import pages
from walmart_app.documents.library import Shelf, read


def test_the_product_s_own_pages_are_all_there_in_order() -> None:
    library = read(pages.DOCS)
    assert len(library.pages) == len(list(pages.DOCS.rglob("*.md")))
    assert next(iter(library.pages)) == ""
    listed = [link.removesuffix(".md") for link in pages.links(pages.DOCS / "README.md") if "/" not in link]
    assert [page.slug for page in library.guides] == ["", *listed]
    assert [page.slug for page in library.records] == [f"decisions/{path.stem}" for path in pages.records()]
    assert all(page.status and page.date for page in library.records)


def test_every_link_between_pages_leads_to_a_page_and_an_anchor_that_there_is() -> None:
    library = read(pages.DOCS)
    targets = []
    for page in library.pages.values():
        for block in page.blocks:
            targets += [
                part.split(")")[0] for part in block.text.split("](/docs")[1:] if not part.startswith((" ", "`"))
            ]
    assert len(targets) > 30
    for target in targets:
        path, _, anchor = target.partition("#")
        found = library.pages[path.strip("/")]
        assert not anchor or anchor in {block.anchor for block in found.blocks}, target


def test_before_and_after() -> None:
    library = read(pages.DOCS)
    order = list(library.pages.values())
    assert library.around("") == (None, order[1])
    assert library.around(order[-1].slug) == (order[-2], None)
    assert library.around(order[3].slug) == (order[2], order[4])


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text("# One\n")
    shelf = Shelf(tmp_path)
    first = shelf.library()
    assert shelf.library() is first
    file.write_text("# Two\n")
    os.utime(file, ns=(1, 1))
    assert shelf.library().pages[""].title == "Two"
    (tmp_path / "more.md").write_text("# More\n")
    assert set(shelf.library().pages) == {"", "more"}
