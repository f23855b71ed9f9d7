"""The search finds what is there, titles first, and nothing else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from walmart_app.documents.parsing import Document, parse
from walmart_app.documents.search import search, words


def _pages() -> list[Document]:
    texts = {
        "a.md": "# Forecasts\n\nWhat will be sold.\n\n## Errors\n\nThe DB_HOST of a forecast.",
        "b.md": "# Other\n\nA forecast is made of sales. See [here](https://x.example/secret).\n",
        "c.md": "# Empty\n\n## Third part\n\n| name | meaning |\n|---|---|\n| `wape` | share of error |",
    }
    return [parse(name, text, frozenset(texts)) for name, text in texts.items()]


def test_a_title_comes_before_text_and_every_word_must_be_there() -> None:
    assert [hit.href for hit in search(_pages(), "forecast")] == ["/docs/a", "/docs/a#errors", "/docs/b"]
    assert [hit.href for hit in search(_pages(), "forecast sales")] == ["/docs/b"]
    assert search(_pages(), "forecast nothing-of-this") == []
    assert search(_pages(), "  ") == []


def test_the_excerpt_shows_the_match_in_its_own_letters() -> None:
    [hit] = search(_pages(), "db_host")
    assert (hit.title, hit.section, hit.before, hit.match, hit.after) == (
        "Forecasts",
        "Errors",
        "The ",
        "DB_HOST",
        " of a forecast.",
    )


def test_tables_are_found_and_the_addresses_of_links_are_not() -> None:
    [hit] = search(_pages(), "WAPE share")
    assert hit.href == "/docs/c#third-part"
    assert search(_pages(), "secret") == []


def test_a_page_without_text_is_found_by_its_title() -> None:
    assert search(_pages(), "empty")[0].href == "/docs/c"


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.text(max_size=120))
def test_any_question_is_answered_and_each_hit_has_every_word(question: str) -> None:
    hits = search(_pages(), question)
    assert hits == [] or words(question)
    assert all(hit.score > 0 for hit in hits)
