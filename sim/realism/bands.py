"""The rows of the card: what is measured, what real data show, between which bounds a company is like them.

Sources of the real values, by short name: CJ Complete Journey (US grocery households), M5 Walmart unit sales by
SKU, store and day, W14 weekly sales of 45 Walmart stores, OR UCI Online Retail II, CD CDNOW, CO a grocery
co-operative, TF Ta-Feng, GE a grocery web shop, OJ Dominick's orange juice. A row is *hard* when a generator
without behaviour (segments, weekday factors, Zipf popularity, random promotions) misses it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Statistic:
    """One number of a row, in band from `low` to `high` inclusive; `percent` says how to print it."""

    key: str
    meaning: str
    low: float | None
    high: float | None
    hard: bool = False
    percent: bool = False


@dataclass(frozen=True)
class Row:
    """One row: its number, its title, what real data and generators without behaviour show."""

    number: int
    title: str
    real: str
    naive: str
    statistics: tuple[Statistic, ...]

    @property
    def hard(self) -> bool:
        """Whether any of its statistics is."""
        return any(statistic.hard for statistic in self.statistics)


ROWS: tuple[Row, ...] = (
    Row(1, "Concentration of customers", "CJ .53, CD .63, OR .74, CO .45", ".25 to .47",
        (Statistic("share", "top 20% of customers' share of yearly sales", 0.48, 0.70),)),
    Row(2, "Purchase frequency", "r: CJ 1.25, CO 1.36, GE .46; distance .02 to .05", "r 1.8 to 1015",
        (Statistic("r", "shape r of the zero-truncated NBD of trips a buyer and year", 0.3, 2, hard=True),
         Statistic("ks", "Kolmogorov-Smirnov distance to it", None, 0.06, hard=True))),
    Row(3, "Lasting heavy buyers", "CD .42, OR .54, GE .68, CJ .72, CO .78", ".21 to .98",
        (Statistic("share", "a half-year's top 20% who are so in the next", 0.50, 0.85, hard=True),)),
    Row(5, "Regular rhythm", "GE .44, OR .64, CO .74, CD .89", ".90",
        (Statistic("cv", "variation of a customer's gaps, median of those with 10 trips", 0.40, 0.85, hard=True),)),
    Row(6, "Size of baskets", "variation .81 to 1.30; single .08 to .22", ".31 to .63",
        (Statistic("cv", "variation of distinct items a basket", 0.8, 1.4, hard=True),
         Statistic("single", "share of single-item baskets", 0.05, 0.25, hard=True))),
    Row(7, "Concentration of baskets", ".46 to .64; Martin et al. 2020 .50", ".30 to .41",
        (Statistic("share", "largest 20% of baskets' share of units", 0.45, 0.62),)),
    Row(9, "Buying again", "CO 2.4, OR 5.3, TF 16", "1.0",
        (Statistic("lift", "items bought before, in baskets 9-13, over the share with customers shuffled",
                   1.8, None, hard=True),)),
    Row(11, "Weekdays", "M5 1.37 (Sunday 1.21, Wednesday .88 of the mean)", "1.02 to 1.39",
        (Statistic("ratio", "units by weekday, largest over smallest", 1.25, 1.55),)),
    Row(12, "Hours", "CJ 1.25; .38", "1.0; .29 to .37",
        (Statistic("midday", "share of trips at 10-15h, weekend over weekday", 1.1, 1.4, hard=True),
         Statistic("afternoon", "share of trips at 15-19h", 0.30, 0.42, hard=True))),
    Row(13, "Seasons", "W14 1.75, CJ 1.34 (Thanksgiving 1.43, before Christmas 1.71, after .93, Super Bowl 1.05)",
        "1.03 to 1.37", (Statistic("peak", "weekly sales, peak over median", 1.3, 1.9),)),
    Row(14, "Paydays and SNAP", "M5 1.115; foods 1.12, other departments about 1", "1.0",
        (Statistic("early", "units a day on days 1-10 over days 21-31", 1.04, 1.20, hard=True),
         Statistic("food", "food on SNAP days over the other states' same days", 1.03, 1.25, hard=True),
         Statistic("other", "other goods on SNAP days over the other states' same days", 0.97, 1.03, hard=True))),
    Row(16, "Size of stores", "M5 .23, W14 .58", ".03",
        (Statistic("spread", "standard deviation of log store sales", 0.20, 0.70),)),
    Row(17, "Best-sellers", ".63 to .90; .62 to .95", ".21 to .66",
        (Statistic("share", "top 20% of SKUs' share of units", 0.58, 0.80),
         Statistic("slope", "fall of log units with log rank, ranks 10-50%", 0.60, 0.95))),
    Row(18, "Zeros", "M5 .595 (foods .52, hobbies .71)", ".61 to .77",
        (Statistic("share", "listed SKU-store-days without a sale", 0.45, 0.75),)),
    Row(19, "Lumpy demand", "M5 .13", ".00",
        (Statistic("lumpy", "SKU-stores with lumpy demand", 0.08, 0.20, hard=True),)),
    Row(23, "Sticky, odd prices", "M5 .8%, .25; OJ 45%", "91%, .10",
        (Statistic("changes", "regular price changes a SKU-store-week", 0.005, 0.03, hard=True, percent=True),
         Statistic("digits", "Herfindahl index of the last cent digit", 0.18, 0.40, hard=True))),
    Row(24, "Price elasticity", "M5 -1.09 after rises; OJ -4.0; mean of studies -2.62", ".05",
        (Statistic("rises", "after permanent price rises", -3, -0.7, hard=True),
         Statistic("experiment", "with prices randomised, on paired seeds", -4.5, -1.2, hard=True))),
    Row(27, "Brands", "CJ .70, .94", ".94, 1.0",
        (Statistic("jeopardy", "rank correlation of brand penetration and purchase rate", 0.4, None),
         Statistic("duplication", "duplication of purchase, R2", 0.8, None))),
    Row(28, "Empty shelves", "8.3% world average", "none",
        (Statistic("empty", "listed SKU-store-days that close empty", 0.03, 0.12),
         Statistic("recaptured", "units recaptured in the category a usual unit of the empty item", 0.30, 0.60,
                   hard=True))),
    Row(29, "Orders against sales", "two thirds of firms above 1", "none",
        (Statistic("weekly", "variance of orders over that of sales, SKU-store-weeks", 1, 6, hard=True),
         Statistic("monthly", "the same for the chain by month", 0.7, 1.6, hard=True))),
)  # fmt: skip
