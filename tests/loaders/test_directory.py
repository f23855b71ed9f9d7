"""Directories in and out: equal content, and nothing written when anything is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from loaders import pipeline
from loaders.db import connect
from loaders.errors import CompanyExists, DirectoryRefused, NoCompany
from loaders.exporting import export_directory
from loaders.loading import load_directory
from loaders.settings import Settings
from sim import saved
from sim.params import Params
from tests.loaders.companies import NOW, content, one, place_order, small

START = date(2026, 2, 18)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The small company as `sim run` writes it, by format; copy before changing anything."""
    params = Params.parse({"customers": 60, "products": 30, "stores": 3, "seed": 7})
    folders = {kind: tmp_path_factory.mktemp("made") / kind for kind in ("parquet", "csv")}
    for kind, folder in folders.items():
        saved.save(folder, params, START, 20, file_format=kind)
    return folders


def tables_of(folder: Path) -> dict[str, str]:
    return {path: table["hash"] for path, table in manifest(folder)["tables"].items()}


def manifest(folder: Path) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = json.loads((folder / "manifest.json").read_text())
    return found


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_directory_goes_in_and_comes_out_the_same(
    database: Settings, made: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    settings = small(database, sim_shards=2)
    told: list[str] = []
    done = load_directory(settings, made[kind], told.append)
    assert not done.already
    assert told[:2] == ["checking every file", "reading the state"]
    assert f"writing stores.{kind}, 3 rows" in told
    assert done.published_through == "2026-03-10T10:00:00+00:00"
    assert content(settings) == tables_of(made[kind])
    export_directory(settings, tmp_path / "out", kind)  # type: ignore[arg-type]
    assert manifest(tmp_path / "out") == manifest(made[kind])
    assert load_directory(settings, made[kind]).already


def test_a_loaded_company_goes_on_as_the_simulated_one(
    database: Settings, made: dict[str, Path], company: Settings
) -> None:
    settings = small(database)
    load_directory(settings, made["parquet"])
    for each in (settings, company):
        pipeline.run(each, now=NOW, days=2)
    assert content(settings) == content(company)


def test_a_directory_without_state_is_computed_again(
    database: Settings, made: dict[str, Path], tmp_path: Path, company: Settings
) -> None:
    folder = tmp_path / "bare"
    shutil.copytree(made["parquet"], folder, ignore=shutil.ignore_patterns(".state"))
    load_directory(small(database), folder)
    for each in (small(database), company):
        pipeline.run(each, now=NOW, days=1)
    assert content(database) == content(company)


def test_an_exported_company_with_orders_goes_on_elsewhere(
    company: Settings, database: Settings, tmp_path: Path
) -> None:
    place_order(company)
    pipeline.run(company, now=NOW, days=1)
    export_directory(company, tmp_path / "out")
    load_directory(small(database), tmp_path / "out")
    for each in (company, small(database)):
        pipeline.run(each, now=NOW, days=1)
    assert content(company) == content(database)
    assert one(database, "select count(*) from transactions where channel = 'api'") == 1


def edit(path: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[Path], None]:
    def edited(folder: Path) -> None:
        frame = pl.read_parquet(folder / path)
        change(frame).write_parquet(folder / path)

    return edited


def first(column: str, value: pl.Expr, row: int = 0) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """One value of a column replaced."""
    return lambda frame: frame.with_columns(
        pl.when(pl.int_range(pl.len()) == row)
        .then(value)
        .otherwise(pl.col(column))
        .alias(column)
        .cast(frame.schema[column])
    )


RECEIPTS, LINES = "transactions/2026-02.parquet", "transaction_items/2026-03.parquet"

WRONG: list[tuple[Callable[[Path], None], str]] = [
    (lambda folder: (folder / "manifest.json").unlink(), r"manifest.json cannot be read \(No such file"),
    (lambda folder: (folder / "manifest.json").write_text("{}") and None, "is not the manifest of a run"),
    (lambda folder: (folder / LINES).unlink(), r"transaction_items/2026-03.parquet is missing"),
    (lambda folder: (folder / LINES).write_bytes(b"x") and None, "2026-03.parquet cannot be read"),
    (edit(RECEIPTS, lambda frame: frame.drop("channel")), r"transactions/2026-02.parquet: lacks channel"),
    (edit(RECEIPTS, lambda frame: frame.with_columns(x=1)), "has an unknown column x"),
    (edit(RECEIPTS, first("store_id", pl.lit(None), 4)), "2026-02.parquet, row 5, column store_id: None is empty"),
    (edit(RECEIPTS, lambda frame: pl.concat([frame, frame.head(1)])), r"row 1, column transaction_id: \d+ is there tw"),
    (edit(RECEIPTS, first("customer_id", pl.lit(999_999), 2)), "row 3, column customer_id: 999999 is not in customers"),
    (edit(LINES, first("product_id", pl.lit(31), 1)), "row 2, column product_id: 31 is not in products"),
    (edit(LINES, first("quantity", pl.lit(0), 1)), "row 2, column quantity: 0 is less than 1"),
    (
        edit(RECEIPTS, first("total_amount", pl.col("total_amount") + pl.lit("0.01").cast(pl.Decimal(12, 2)), 6)),
        r"row 7, column total_amount: Decimal\('[\d.]+'\) is not the sum of its lines, [\d.]+\. Nothing was written",
    ),
    (edit(RECEIPTS, lambda frame: frame.tail(-1)), "transaction_items/2026-02.parquet, row 1, .* has no row in trans"),
    (edit(RECEIPTS, first("transaction_date", pl.date(2026, 3, 1))), "transaction_date: .* is not in the month"),
    (edit(RECEIPTS, first("transaction_date", pl.date(2026, 2, 27))), "does not carry transaction_date"),
    (edit("products.parquet", first("name", pl.lit("other"))), "products.parquet is not the file that manifest.json"),
    (edit("customers.parquet", first("home_store_id", pl.lit(9))), "customers.parquet, row 1, column home_store_id: 9"),
    (edit("truth/products.parquet", lambda frame: frame.head(3)), "truth/products.parquet is not the file"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "says"), WRONG)
def test_a_wrong_directory_is_refused_whole(
    empty: Settings, made: dict[str, Path], tmp_path: Path, damage: Callable[[Path], None], says: str
) -> None:
    folder = tmp_path / "wrong"
    shutil.copytree(made["parquet"], folder)
    damage(folder)
    with pytest.raises(DirectoryRefused, match=says):
        load_directory(small(empty), folder)
    assert one(empty, "select count(*) from stores") == 0


@pytest.mark.parametrize(
    ("path", "line", "column", "text", "says"),
    [
        (
            "transactions/2026-02.csv",
            3,
            "total_amount",
            "12.345",
            "row 2, column total_amount: '12.345' is not an amount",
        ),
        (
            "transactions/2026-02.csv",
            2,
            "transaction_date",
            "18.02.2026",
            "row 1, column transaction_date: '18.02.2026' is",
        ),
        (
            "products.csv",
            2,
            "perishable",
            "maybe",
            "products.csv, row 1, column perishable: 'maybe' is not true or false",
        ),
        ("products.csv", 2, "product_id", "1.5", "column product_id: '1.5' is not a whole number"),
    ],
)
def test_a_text_that_is_no_value_is_named(
    empty: Settings, made: dict[str, Path], tmp_path: Path, path: str, line: int, column: str, text: str, says: str
) -> None:
    folder = tmp_path / "wrong"
    shutil.copytree(made["csv"], folder)
    frame = pl.read_csv(folder / path, infer_schema=False)
    values = frame[column].to_list()
    values[line - 2] = text
    frame.with_columns(pl.Series(column, values)).write_csv(folder / path)
    with pytest.raises(DirectoryRefused, match=says):
        load_directory(small(empty), folder)


def test_a_return_of_a_line_that_was_never_sold_is_refused(
    empty: Settings, made: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "wrong"
    shutil.copytree(made["parquet"], folder)
    months = [path for path in sorted((folder / "returns").iterdir()) if pl.read_parquet(path).height]
    edit(f"returns/{months[0].name}", first("line_number", pl.lit(99)))(folder)
    with pytest.raises(DirectoryRefused, match="row 1, column line_number: 99 has no row in transaction_items"):
        load_directory(small(empty), folder)


def test_a_company_that_is_there_is_not_overwritten(company: Settings, made: dict[str, Path]) -> None:
    before = content(company)
    with pytest.raises(CompanyExists, match="export DIR.*make reset"):
        load_directory(company, made["parquet"])
    assert content(company) == before


def test_a_failure_in_the_middle_leaves_the_database_empty(
    database: Settings, made: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "create_loaded_world", stop)
    with pytest.raises(KeyboardInterrupt):
        load_directory(small(database), made["parquet"])
    monkeypatch.undo()
    assert one(database, "select count(*) from transactions") == 0
    load_directory(small(database), made["parquet"])


def test_an_export_is_whole_or_not_there(company: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "state_at_clock", stop)
    with pytest.raises(KeyboardInterrupt):
        export_directory(company, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_export_needs_a_company_a_day_s_end_and_an_empty_directory(
    company: Settings, database: Settings, tmp_path: Path
) -> None:
    with pytest.raises(NoCompany):
        export_directory(small(database), tmp_path / "out")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep")
    with pytest.raises(DirectoryRefused, match="not an empty directory"):
        export_directory(company, tmp_path / "full")
    pipeline.run(company, now=NOW, until=NOW.replace(hour=12, minute=15))
    with pytest.raises(DirectoryRefused, match="in the middle of 2026-03-10"):
        export_directory(company, tmp_path / "out")


def test_the_flat_files_hold_every_line_once(company: Settings, tmp_path: Path) -> None:
    rows = export_directory(company, tmp_path / "flat", "walmart")
    frames = {path.name: pl.read_csv(path, infer_schema_length=None) for path in (tmp_path / "flat").iterdir()}
    assert {name: frame.height for name, frame in frames.items()} == rows
    assert sorted(rows) == [f"Walmart_{name}.csv" for name in ("commerce", "cust", "products", "transactions")]
    lines = frames["Walmart_commerce.csv"]
    assert lines.height == one(company, "select count(*) from transaction_items")
    assert round(lines["line_total"].sum(), 2) == round(frames["Walmart_transactions.csv"]["total_amount"].sum(), 2)
    with connect(company, "reader") as reader:
        known = reader.execute("select count(distinct customer_id) from transactions").fetchone()
    assert known == (lines["customer_id"].drop_nulls().n_unique(),)
