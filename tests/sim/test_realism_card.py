"""The card as a whole: verdicts, reasons, formats, the page, and what it reads."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from sim.cli import main
from sim.files import write_frame
from sim.realism import page, scorecard, svg
from sim.realism.bands import ROWS, Statistic
from sim.realism.errors import RealismError
from sim.realism.findings import Picture, series
from sim.realism.scorecard import Measured, Verdict
from tests.sim.companies import whole
from tests.sim.realism_tables import company, day, sales


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks of a small company, as one file a table."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "truth").mkdir()
    for path, frame in whole().items():
        frame.write_parquet(folder / f"{path}.parquet")
    return folder


def test_every_row_has_a_measure_and_every_measure_a_row() -> None:
    assert [row.number for row in ROWS] == list(scorecard.MEASURED_BY)
    assert [row.number for row in ROWS if row.hard] == [2, 3, 5, 6, 9, 12, 14, 19, 23, 24, 28, 29]


def test_a_short_run_says_what_it_cannot_answer_and_why(run: Path) -> None:
    card = scorecard.measure(run)
    reasons = {scored.row.number: scored.measured[0].reason for scored in card.rows}
    assert reasons[1] == reasons[2] == reasons[13] == "less than a year of data (14 days)"
    assert reasons[14] == "fewer than 3 whole months of data (0)"
    assert {scored.row.number for scored in card.rows if scored.measured[0].value is not None} >= {6, 7}
    assert sum(card.count(verdict) for verdict in Verdict) == len(ROWS)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0.5, Verdict.IN), (0.7, Verdict.IN), (0.499, Verdict.OUT), (0.71, Verdict.OUT), (None, Verdict.NONE)],
)
def test_bounds_belong_to_the_band(value: float | None, verdict: Verdict) -> None:
    assert Measured(Statistic("share", "", 0.5, 0.7), value).verdict is verdict


def test_a_missing_table_and_a_missing_column_are_named(tmp_path: Path) -> None:
    company(tmp_path, {"transaction_items": sales([1] * 30)})
    lines = tmp_path / "transaction_items.parquet"
    pl.read_parquet(lines).drop("list_price").write_parquet(lines)
    reasons = {scored.row.number: scored.measured[-1].reason for scored in scorecard.measure(tmp_path).rows}
    assert reasons[16] == "no table transactions"
    assert reasons[18] == "no table assortment"
    assert reasons[23] == "transaction_items has no column list_price"


def test_only_the_last_year_counts(tmp_path: Path) -> None:
    made = company(tmp_path, {"transaction_items": sales([1] * 400)})
    assert (made.first_day, made.last_day, made.days) == (day(35), day(399), 365)
    assert made.cells.height == 365


def test_months_that_the_manifest_does_not_name_are_not_read(tmp_path: Path) -> None:
    for month in ("2025-01", "2025-02"):
        part = pl.DataFrame({"transaction_date": [f"{month}-01"]}).select(pl.col("transaction_date").str.to_date())
        path = tmp_path / "transaction_items" / f"{month}.parquet"
        path.parent.mkdir(exist_ok=True)
        part.write_parquet(path)
    (tmp_path / "manifest.json").write_text(json.dumps({"months": ["2025-01"]}))
    assert scorecard.Company(tmp_path).last_day.month == 1


def test_csv_gives_the_same_card(run: Path, tmp_path: Path) -> None:
    (tmp_path / "truth").mkdir()
    for path, frame in whole().items():
        write_frame(frame, tmp_path / f"{path}.csv", "csv")
    cards = [scorecard.measure(folder).to_dict() for folder in (run, tmp_path)]
    for card in cards:
        del card["directory"]
    assert cards[0] == cards[1]


def test_a_directory_without_sales_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RealismError, match="no directory"):
        scorecard.measure(tmp_path / "nowhere")
    assert main(["realism", str(tmp_path)]) == 2
    assert "neither transactions nor transaction_items" in capsys.readouterr().err


def test_a_file_that_is_no_parquet_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "transactions.parquet").write_text("nothing")
    assert main(["realism", str(tmp_path)]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_the_command_prints_a_table_or_json_and_writes_the_page(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["realism", str(run)]) == 0
    printed = capsys.readouterr().out
    assert all(statistic.meaning in printed for row in ROWS for statistic in row.statistics)
    assert main(["realism", str(run), "--json", "--html", str(tmp_path / "card.html")]) == 0
    card = json.loads(capsys.readouterr().out)
    assert [row["row"] for row in card["rows"]] == [row.number for row in ROWS]
    assert "Realism scorecard" in (tmp_path / "card.html").read_text()


class _Balance(HTMLParser):
    """Fails on a tag that is closed out of turn or never."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_asks_nothing_of_the_network(run: Path) -> None:
    html = page.render(scorecard.measure(run))
    parser = _Balance()
    parser.feed(html)
    assert parser.open == []
    assert "<script" not in html and not re.search(r"https?:|src=|href=|url\(|@import", html)
    assert html.count("<svg class=") == sum(len(row.statistics) for row in ROWS)


def test_a_plot_shows_every_point_inside_its_frame() -> None:
    drawn = svg.plot(Picture("A & B", "x", "y", "dots", (series("s", [1, 2, 3], [-5, 0, 5]),)))
    assert drawn.count("<circle") == 3
    assert "A &amp; B" in drawn
    for x, y in re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', drawn):
        assert 0 <= float(x) <= svg.WIDTH and 0 <= float(y) <= svg.HEIGHT


def test_a_value_far_outside_stays_on_its_strip() -> None:
    assert 'cx="147.0"' in svg.strip(100.0, 0.0, 1.0, inside=False)
    assert 'cx="3.0"' in svg.strip(-100.0, 0.0, 1.0, inside=False)
    assert "circle" not in svg.strip(None, None, 0.06, inside=False)
