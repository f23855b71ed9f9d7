"""Row 24's experiment: planted elasticities are found again, shuffled labels show none, and misuse is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.cli import main
from sim.realism import experiment, scorecard
from sim.realism.errors import RealismError, Unmeasurable
from sim.realism.experiment import Panel
from sim.realism.findings import Missing
from sim.realism.reading import Company
from sim.realism.scorecard import Measured
from tests.sim.realism_tables import Rows, company, day

STORES, PRODUCTS, WEEKS = range(1, 9), range(1, 19), range(1, 11)
USUAL, UNITS = 10.0, 100_000  # dollars; units of an item, store and week at its usual price


@dataclass(frozen=True)
class Planted:
    """A company whose answer is known: shoppers follow these elasticities to the unit."""

    own: Mapping[int, float]  # by product
    cross: float = 0.0  # to the mean log price ratio of the other items of the subcategory: three of each
    step: float = 0.15
    rises: Mapping[int, tuple[int, float]] = field(default_factory=dict)  # product: week from which, and factor
    seed: int = 24

    def usual(self, product: int, week: int) -> float:
        """The chain's price."""
        since, factor = self.rises.get(product, (0, 1.0))
        return round(USUAL * (factor if week >= since else 1.0), 2)

    def plain(self, folder: Path) -> Company:
        """The run with usual prices."""
        changes = [
            {"product_id": p, "effective_on": day(7 * since), "old_price": USUAL, "new_price": self.usual(p, since)}
            for p, (since, _) in self.rises.items()
        ]
        return company(folder, {**self._lists(), "price_changes": changes, "transaction_items": self._sold(_still())})

    def tried(self, folder: Path, *, shuffled: bool = False) -> Company:
        """The run with prices set at random; with labels shuffled the prices said are those of other cells."""
        generator = np.random.default_rng(self.seed)
        factor = 1 + self.step * generator.integers(-1, 2, size=(len(STORES), len(PRODUCTS), len(WEEKS)))
        said = generator.permutation(factor.ravel()).reshape(factor.shape) if shuffled else factor
        changes = [
            {"store_id": store, "product_id": product, "effective_on": day(7 * week), "old_price": USUAL,
             "new_price": round(self.usual(product, week) * said[s, p, w], 2)}
            for s, store in enumerate(STORES) for p, product in enumerate(PRODUCTS) for w, week in enumerate(WEEKS)
        ]  # fmt: skip
        sold = self._sold(np.log(factor))
        return company(folder, {**self._lists(), "price_changes": changes, "transaction_items": sold})

    def _lists(self) -> dict[str, Rows]:
        products = [
            {"product_id": product, "subcategory": f"need {(product - 1) // 3}", "list_price": self.usual(product, 99)}
            for product in PRODUCTS
        ]
        listed = [{"store_id": store, "product_id": product} for store in STORES for product in PRODUCTS]
        return {"products": products, "assortment": listed}

    def _sold(self, price: Any) -> Rows:
        """Lines at log prices over the usual ones; what the chain itself changes moves units the same in both runs."""
        groups = price.reshape(len(STORES), -1, 3, len(WEEKS))
        others = ((groups.sum(axis=2, keepdims=True) - groups) / 2).reshape(price.shape)
        lines: list[dict[str, Any]] = [{"transaction_id": 0, "transaction_date": day(0)}]  # before the first week
        for s, store in enumerate(STORES):
            for p, product in enumerate(PRODUCTS):
                for w, week in enumerate(WEEKS):
                    usual = self.own[product] * np.log(self.usual(product, week) / USUAL)
                    moved = np.exp(usual + self.own[product] * price[s, p, w] + self.cross * others[s, p, w])
                    sold = {"store_id": store, "product_id": product, "quantity": round(UNITS * moved)}
                    lines.append({"transaction_id": len(lines), "transaction_date": day(7 * week + s % 7), **sold})
        return lines


def _still() -> Any:
    return np.zeros((len(STORES), len(PRODUCTS), len(WEEKS)))


def _alike(elasticity: float) -> dict[int, float]:
    return dict.fromkeys(PRODUCTS, elasticity)


def _value(found: Any) -> float:
    assert not isinstance(found, Missing)
    return float(found)


@pytest.mark.parametrize("planted", [-2.6, -1.2, 0.0])
def test_a_planted_elasticity_is_found_and_none_with_labels_shuffled(tmp_path: Path, planted: float) -> None:
    of = Planted(_alike(planted))
    plain = of.plain(tmp_path / "plain")
    found = experiment.experiment(plain, of.tried(tmp_path / "tried"))
    assert found.values["experiment"] == pytest.approx(planted, abs=0.001)
    assert found.details["standard deviation over SKUs"] == pytest.approx(0, abs=0.01)
    assert found.details["cross, of the subcategory's other prices"] == pytest.approx(0, abs=0.01)
    assert abs(found.details["labels shuffled"]) < 0.25
    mixed_up = experiment.experiment(plain, of.tried(tmp_path / "shuffled", shuffled=True))
    assert abs(_value(mixed_up.values["experiment"])) < 0.25


def test_shuffled_labels_show_nothing_whatever_the_shuffle(tmp_path: Path) -> None:
    of = Planted(_alike(-2.6))
    panel = experiment.collect(of.plain(tmp_path / "plain"), of.tried(tmp_path / "tried"))
    generator = np.random.default_rng(1)
    found = [experiment.elasticity(generator.permutation(panel.price), panel) for _ in range(40)]
    assert abs(np.mean(found)) < 0.05
    assert np.max(np.abs(found)) < 0.4


def test_items_at_their_usual_price_gain_when_their_substitutes_cost_more(tmp_path: Path) -> None:
    of = Planted(_alike(-2.6), cross=0.8)
    found = experiment.experiment(of.plain(tmp_path / "plain"), of.tried(tmp_path / "tried"))
    assert found.details["cross, of the subcategory's other prices"] == pytest.approx(0.8, abs=0.03)
    assert _value(found.values["experiment"]) == pytest.approx(-2.6, abs=0.1)  # other prices vary by chance


def test_elasticities_that_differ_by_sku_are_told_apart(tmp_path: Path) -> None:
    own = {product: -1.0 - 0.2 * product for product in PRODUCTS}
    of = Planted(own)
    plain, tried = of.plain(tmp_path / "plain"), of.tried(tmp_path / "tried")
    assert experiment.by_product(experiment.collect(plain, tried)) == pytest.approx(list(own.values()), abs=0.02)
    found = experiment.experiment(plain, tried)
    assert found.details["standard deviation over SKUs"] == pytest.approx(np.std(list(own.values()), ddof=1), abs=0.02)
    assert min(own.values()) < _value(found.values["experiment"]) < max(own.values())


def test_what_the_chain_changes_in_both_runs_is_no_experiment(tmp_path: Path) -> None:
    rises = {product: (4 + product % 3, 1.1 if product % 2 else 0.9) for product in range(1, 9)}
    of = Planted(_alike(-2.6), rises=rises)
    panel = experiment.collect(of.plain(tmp_path / "plain"), of.tried(tmp_path / "tried"))
    ratios = np.exp(panel.price)
    assert np.abs(ratios[:, None] - [0.85, 1, 1.15]).min(axis=1).max() < 1e-3  # nothing but the three factors
    assert experiment.elasticity(panel.price, panel) == pytest.approx(-2.6, abs=0.02)


def test_the_panel_has_each_listed_item_and_week_sold_or_not(tmp_path: Path) -> None:
    of = Planted(_alike(-2.6))
    plain, tried = of.plain(tmp_path / "plain"), of.tried(tmp_path / "tried")
    panel = experiment.collect(plain, tried)
    assert len(panel.price) == len(STORES) * len(PRODUCTS) * len(WEEKS)
    assert panel.plain.sum() == UNITS * len(panel.price)  # what was sold before the first week is left out
    assert panel.tried[panel.price < 0].min() > UNITS > panel.tried[panel.price > 0].max()


def test_too_little_sold_at_either_price_is_refused() -> None:
    cells = np.array([-0.1, 0.0, 0.1])
    panel = Panel(np.array([1, 1, 1]), cells, cells, np.array([5000.0, 9000.0, 1999.0]), np.array([1.0, 1.0, 1.0]))
    with pytest.raises(Unmeasurable, match="fewer than 2000 units"):
        experiment.elasticity(panel.price, panel)


def _experiment(card: scorecard.Scorecard) -> Measured:
    return next(scored for scored in card.rows if scored.row.number == 24).measured[1]


def test_a_second_run_without_prices_of_its_own_is_told(tmp_path: Path) -> None:
    of = Planted(_alike(-2.6))
    of.plain(tmp_path / "plain")
    of.tried(tmp_path / "tried")
    for first, second in (("plain", "plain"), ("tried", "plain")):
        found = _experiment(scorecard.measure(tmp_path / first, tmp_path / second))
        assert found.value is None
        assert found.reason == f"no store's own price changes in {tmp_path / second}"
    assert (
        _experiment(scorecard.measure(tmp_path / "plain")).reason
        == "needs a run with randomised prices beside this one"
    )


def test_a_second_run_of_other_days_is_not_measured(tmp_path: Path) -> None:
    of = Planted(_alike(-2.6))
    of.tried(tmp_path / "tried")
    sold = [{"transaction_id": n, "transaction_date": day(1000 + n), "quantity": UNITS} for n in range(30)]
    company(tmp_path / "later", {**of._lists(), "price_changes": [], "transaction_items": sold})
    found = _experiment(scorecard.measure(tmp_path / "later", tmp_path / "tried"))
    assert found.value is None and found.reason is not None and "fewer than 2000 units" in found.reason


def test_a_second_directory_that_is_none_or_holds_no_sales_ends_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Planted(_alike(-2.6)).plain(tmp_path / "plain")
    with pytest.raises(RealismError, match="nowhere is no directory"):
        scorecard.measure(tmp_path / "plain", tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    for name, said in (("nowhere", "is no directory"), ("empty", "neither transactions nor transaction_items")):
        assert main(["realism", str(tmp_path / "plain"), "--experiment", str(tmp_path / name)]) == 2
        told = capsys.readouterr()
        assert said in told.err and name in told.err and told.out == ""


@pytest.mark.parametrize(("planted", "verdict"), [(-2.6, "in band"), (-0.6, "out"), (-6.0, "out")])
def test_the_command_gives_the_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], planted: float, verdict: str
) -> None:
    of = Planted(_alike(planted))
    of.plain(tmp_path / "plain")
    of.tried(tmp_path / "tried")
    command = ["realism", str(tmp_path / "plain"), "--experiment", str(tmp_path / "tried")]
    assert main(command) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if "with prices randomised" in line)
    assert f" {planted:.2f}" in line and f" {verdict}" in line
    assert main([*command, "--json"]) == 0
    row = next(row for row in json.loads(capsys.readouterr().out)["rows"] if row["row"] == 24)
    found = {statistic["key"]: statistic for statistic in row["statistics"]}
    assert found["experiment"]["value"] == pytest.approx(planted, abs=0.001)
    assert found["experiment"]["verdict"] == verdict
    assert row["details"]["cells priced anew"] > 0


def test_a_simulated_pair_responds_to_price_and_only_by_the_mechanism(tmp_path: Path) -> None:
    company_of = ["--customers", "600", "--products", "420", "--stores", "2", "--days", "28", "--seed", "5",
                  "--set", "visits.per_week=3"]  # fmt: skip
    found = {}
    for responds in ("true", "false"):
        chosen = [*company_of, "--set", f"mechanisms.price_response={responds}"]
        folders = [tmp_path / f"{responds}{jitter}" for jitter in ("0", "0.2")]
        for folder, jitter in zip(folders, ("0", "0.2"), strict=True):
            assert main(["run", "--out", str(folder), *chosen, "--set", f"experiment.price_jitter={jitter}"]) == 0
        found[responds] = experiment.experiment(Company(folders[0]), Company(folders[1]))
    responding, without = found["true"], found["false"]
    assert -4.5 < _value(responding.values["experiment"]) < -1.2
    assert abs(responding.details["labels shuffled"]) < 0.3
    assert responding.details["cross, of the subcategory's other prices"] > 0.1
    assert abs(_value(without.values["experiment"])) < 0.1


def test_runs_that_differ_in_more_than_the_experiment_are_no_pair(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = ["--customers", "60", "--products", "30", "--stores", "2", "--days", "5"]
    for seed in ("5", "6"):
        assert main(["run", "--out", str(tmp_path / seed), *chosen, "--seed", seed]) == 0
    capsys.readouterr()
    assert main(["realism", str(tmp_path / "5"), "--experiment", str(tmp_path / "6")]) == 2
    assert "differ in seed" in capsys.readouterr().err
