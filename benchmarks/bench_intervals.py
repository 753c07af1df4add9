"""How often a 95 % interval of a mean difference holds the truth, by way of forming it.

Differences are simulated as mean 0 + share of the run + share of the case + rest. `runs / cases` is the error that the
runs leave in the mean, as a multiple of that of cases and rest; `cases / rest` is the ratio of their standard
deviations. `crossed`, which is `Crossing.mean`, is what the verdicts use: each part with its own quantile of Student's
t (Banerjee).
`satterthwaite` pools the degrees of freedom of the same mean squares. `bootstrap` resamples runs and cases both,
`cases only` forms Student's interval over cases, averaged over runs. In `skewed` the shares of cases are 0 for four of
five and exponential for the fifth. `spread` has the same for a standard deviation of draws: chi-square where each draw
has one seed, and its extension to draws crossed with seeds (`above`: how often the truth is below the upper end).
"""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from workbook.intervals import LEVEL, crossing, mean_squares, spread_of_rows

RUNS, CASES, RATIOS, SHARES = (3, 5, 10), (100, 1000, 5000), (0.0, 1.0, 2.0, 4.0), (0.3, 1.0)
TABLES, BOOTSTRAPPED, RESAMPLES = 2000, 400, 300


def simulated(
    generator: np.random.Generator, runs: int, cases: int, *, ratio: float, of_cases: float, skewed: bool, count: int
) -> Iterator[np.ndarray]:
    """Tables (runs, cases) of differences whose mean is 0, with a rest of standard deviation 1."""
    share = ratio * np.sqrt((of_cases**2 + 1 / runs) / cases * runs)
    for _ in range(count):
        by_case = generator.normal(size=cases)
        if skewed:
            by_case = ((generator.random(cases) < 0.2) * generator.exponential(size=cases) - 0.2) / 0.6
        noise = generator.normal(size=(runs, cases))
        yield share * generator.normal(size=(runs, 1)) + of_cases * by_case + noise


def satterthwaite(values: np.ndarray) -> tuple[float, float]:
    """The interval of pooled degrees of freedom."""
    runs, cases = values.shape
    of_runs, of_cases, rest = mean_squares(values)
    total = max(of_runs + of_cases - rest, 0.0)
    freedom = total**2 / (of_runs**2 / (runs - 1) + of_cases**2 / (cases - 1) + rest**2 / ((runs - 1) * (cases - 1)))
    reach = stdtrit(max(freedom, 1e-3), 0.5 + LEVEL / 2) * np.sqrt(total / values.size)
    return values.mean() - reach, values.mean() + reach


@cache
def resampled(size: int) -> np.ndarray:
    """Weights of `RESAMPLES` samples with replacement, a row a sample."""
    return np.random.default_rng(size).multinomial(size, np.full(size, 1 / size), RESAMPLES) / size


def bootstrap(values: np.ndarray) -> tuple[float, float]:
    """The percentile interval of means over resampled runs and resampled cases."""
    of_runs, of_cases = (resampled(size) for size in values.shape)
    means = ((of_runs @ values) * of_cases).sum(axis=1)
    low, high = np.quantile(means, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return float(low), float(high)


WAYS: dict[str, Callable[[np.ndarray], tuple[float, float]]] = {
    "crossed": lambda values: crossing(values).mean().interval(),
    "satterthwaite": satterthwaite,
    "cases only": lambda values: crossing(values).these_runs().interval(),
    "bootstrap": bootstrap,
}


def mean_row(runs: int, cases: int, ratio: float, of_cases: float, *, skewed: bool) -> dict[str, object]:
    """Coverage of every way at one size."""
    row: dict[str, object] = {"runs": runs, "cases": cases, "runs / cases": ratio, "cases / rest": of_cases}
    row["skewed"] = skewed
    for way, interval in WAYS.items():
        count = BOOTSTRAPPED if way == "bootstrap" else TABLES if cases < 5000 else TABLES // 2
        generator = np.random.default_rng(runs * cases)
        tables = simulated(generator, runs, cases, ratio=ratio, of_cases=of_cases, skewed=skewed, count=count)
        inside = [low <= 0 <= high for low, high in map(interval, tables)]
        row[way] = float(np.mean(inside))
    return row


def spread_row(draws: int, seeds: int, noise: float) -> dict[str, object]:
    """Coverage of the interval of a standard deviation of 1."""
    generator = np.random.default_rng(draws * seeds)
    ends = np.array(
        [
            spread_of_rows(
                generator.normal(size=(draws, 1)) + (noise * generator.normal(size=(draws, seeds)) if seeds > 1 else 0)
            ).interval()
            for _ in range(TABLES)
        ]
    )
    inside, above = (ends[:, 0] <= 1) & (ends[:, 1] >= 1), ends[:, 1] >= 1
    return {"draws": draws, "seeds": seeds, "noise": noise, "inside": inside.mean(), "above": above.mean()}


def run() -> dict[str, pd.DataFrame]:
    """Coverage of means and of standard deviations."""
    sizes = [
        *product(RUNS, CASES[:2], RATIOS, SHARES, (False,)),
        *product(RUNS, CASES[2:], RATIOS[1:3], SHARES, (False,)),
    ]
    sizes += product(RUNS, CASES[:2], RATIOS[::2], SHARES[1:], (True,))
    means = pd.DataFrame(mean_row(*size, skewed=skewed) for *size, skewed in sizes)
    spreads = pd.DataFrame(spread_row(*size) for size in [(5, 1, 0.0), *product((5, 10), (3,), (0.3, 1.0, 3.0))])
    return {"means": means, "spread": spreads}
