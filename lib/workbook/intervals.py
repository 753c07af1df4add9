"""Intervals for means and standard deviations of few runs, and the correction of a family of comparisons."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Num
from scipy.special import chdtri, fdtri, stdtrit

from basics.errors import InputError

LEVEL = 0.95  # probability of an interval


@dataclass(frozen=True)
class Mean:
    """A mean whose variance is a sum of independently estimated parts.

    Args:
        estimate: the mean.
        parts: variance and degrees of freedom of each part; empty where one run leaves the variance unknown.
    """

    estimate: float
    parts: tuple[tuple[float, int], ...]

    @property
    def known(self) -> bool:
        """Whether there is an interval at all: a single run has none."""
        return bool(self.parts)

    @property
    def identical(self) -> bool:
        """Whether both sides agreed in every case of every run."""
        return self.known and self.estimate == 0 and not any(variance for variance, _ in self.parts)

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Both ends; nan where the variance is unknown.

        Every part is multiplied by its own quantile of Student's t, and the squares are added: with one part
        this is Student's interval, with several its coverage is not below `level` for any share of the parts.
        Pooling the degrees of freedom instead (Satterthwaite) covers 92.4 % for three runs.

        Source: S. K. Banerjee, On confidence interval for two-means problem based on separate estimates of
            variances and tabulated values of t-table, Sankhya A 23 (1961).
        """
        if not self.known:
            return np.nan, np.nan
        reach = np.sqrt(sum(variance * stdtrit(freedom, 0.5 + level / 2) ** 2 for variance, freedom in self.parts))
        return float(self.estimate - reach), float(self.estimate + reach)


def mean_of(values: Num[np.ndarray, " runs"]) -> Mean:
    """The mean of independent runs, with Student's interval.

    >>> low, high = mean_of(np.array([1.0, 2.0, 3.0])).interval()
    >>> print(f"{low:.4f} {high:.4f}")
    -0.4841 4.4841
    """
    values = _finite(values, dimensions=1)
    parts = ((float(values.var(ddof=1)) / len(values), len(values) - 1),) if len(values) > 1 else ()
    return Mean(float(values.mean()), parts)


@dataclass(frozen=True)
class Crossing:
    """What intervals for other runs and other cases need of a table of paired differences.

    Args:
        by_run: the mean of each run.
        cases: how many each run has.
        of_cases, rest: mean squares of the cases and of the rest (`mean_squares`); no rest where there is one run.
    """

    by_run: tuple[float, ...]
    cases: int
    of_cases: float
    rest: float

    def mean(self) -> Mean:
        """The mean for other runs and other cases than those at hand, without an interval where there is one run.

        A difference is the sum of a mean, a share of its run, one of its case, and a rest, all random. From the mean
        squares of a table without repetition the variance of the mean is (MS_runs + MS_cases − MS_rest) / RC:
        MS_runs / RC on R − 1 degrees of freedom, and (MS_cases − MS_rest) / RC, floored at 0, on C − 1. The rest is
        taken off the cases, of which there are many: taken off the runs, a chance agreement of three of them would
        shrink the interval to that of the cases, and it would hold the truth in 91.8 % instead of 95 %.
        `benchmarks/results/intervals.md` has the coverage: 94 to 97.7 % where the runs add as much error as the cases
        or more, 93 to 98.2 % where they add none; too wide rather than too narrow for three of them.
        """
        estimate, runs = float(np.mean(self.by_run)), len(self.by_run)
        if runs < 2:
            return Mean(estimate, ())
        of_runs = float(np.var(self.by_run, ddof=1)) / runs
        others = max(self.of_cases - self.rest, 0.0) / (runs * self.cases)
        return Mean(estimate, ((of_runs, runs - 1), (others, self.cases - 1)))

    def these_runs(self) -> Mean:
        """The mean for other cases and exactly these runs: says nothing about training again."""
        variance = self.of_cases / (len(self.by_run) * self.cases)
        return Mean(float(np.mean(self.by_run)), ((variance, self.cases - 1),))


def crossing(differences: Num[np.ndarray, "runs cases"]) -> Crossing:
    """The means and mean squares of a table of paired differences.

    Args:
        differences: (the one that should win) − (the other): a row a run, a column a case.

    Raises:
        InputError: fewer than two cases, or a value that is not finite.
    """
    values = _finite(differences, dimensions=2)
    runs, cases = values.shape
    if cases < 2:
        raise InputError(f"differences must have at least two cases, got {cases}")
    _, of_cases, rest = mean_squares(values) if runs > 1 else (0.0, float(values.var(ddof=1)), 0.0)
    return Crossing(tuple(values.mean(axis=1).tolist()), cases, of_cases, rest)


def mean_squares(values: Num[np.ndarray, "rows columns"]) -> tuple[float, float, float]:
    """Mean squares of rows, columns and the rest, of a table with one value in every place.

    >>> mean_squares(np.array([[1.0, 2.0], [3.0, 6.0]]))
    (9.0, 4.0, 1.0)
    """
    rows, columns = values.shape
    by_row, by_column = values.mean(axis=1), values.mean(axis=0)
    rest = values - by_row[:, None] - by_column + values.mean()
    squares = columns * by_row.var(ddof=1), rows * by_column.var(ddof=1), (rest**2).sum()
    return float(squares[0]), float(squares[1]), float(squares[2] / ((rows - 1) * (columns - 1)))


@dataclass(frozen=True)
class Spread:
    """A standard deviation: the root of (a mean square − the mean square of noise) / repeats.

    Args:
        square: mean square that holds it, with `freedom` degrees of freedom.
        freedom: of `square`.
        noise: mean square of what else is in it, 0 for a plain sample.
        noise_freedom: of `noise`.
        repeats: how many values each of the compared means has.
    """

    square: float
    freedom: int
    noise: float = 0.0
    noise_freedom: int = 1
    repeats: int = 1

    @property
    def estimate(self) -> float:
        """The standard deviation; 0 where the noise alone explains the square."""
        return float(np.sqrt(max(self.square - self.noise, 0.0) / self.repeats))

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Both ends: the chi-square interval, or its extension to a difference of mean squares.

        Source: N. Ting et al., Confidence intervals on linear combinations of variance components that are
            unrestricted in sign, Journal of Statistical Computation and Simulation 35 (1990).
        """
        tail = (1 - level) / 2
        ends = []
        for sign, mine, other in ((-1, tail, 1 - tail), (1, 1 - tail, tail)):
            own = self.freedom / chdtri(self.freedom, mine) - 1
            of_noise = self.noise_freedom / chdtri(self.noise_freedom, other) - 1
            ratio = fdtri(self.freedom, self.noise_freedom, 1 - mine)
            both = ((ratio - 1) ** 2 - (own * ratio) ** 2 - of_noise**2) / ratio
            squared = (own * self.square) ** 2 + (of_noise * self.noise) ** 2 + both * self.square * self.noise
            ends.append(self.square - self.noise + sign * np.sqrt(max(squared, 0.0)))
        low, high = np.sqrt(np.maximum(ends, 0.0) / self.repeats)
        return float(low), float(high)


def spread_of(values: Num[np.ndarray, " draws"]) -> Spread:
    """The standard deviation of a sample, with its chi-square interval.

    Five draws leave it between 0.6 and 2.87 times the estimate:

    >>> low, high = spread_of(np.array([-1.0, -1.0, 0.0, 1.0, 1.0])).interval()
    >>> print(f"{low:.3f} {high:.3f}")
    0.599 2.874
    """
    values = _finite(values, dimensions=1)
    if len(values) < 2:
        raise InputError(f"a standard deviation needs at least two values, got {len(values)}")
    return Spread(float(values.var(ddof=1)), len(values) - 1)


def spread_of_rows(values: Num[np.ndarray, "draws seeds"]) -> Spread:
    """The standard deviation between the rows of a table, apart from that of its columns and of the rest.

    Args:
        values: draws crossed with seeds; one seed leaves the plain sample of draws.
    """
    values = _finite(values, dimensions=2)
    draws, seeds = values.shape
    if seeds == 1 or draws < 2:
        return spread_of(values.mean(axis=1))
    of_draws, _, rest = mean_squares(values)
    return Spread(of_draws, draws - 1, rest, (draws - 1) * (seeds - 1), seeds)


def prediction(mean: float, deviation: float, draws: int, *, level: float = LEVEL) -> tuple[float, float]:
    """Where one further draw falls, given the mean and the standard deviation of some draws.

    >>> low, high = prediction(0.579, 0.0036, 5)
    >>> print(f"{low:.3f} {high:.3f}")
    0.568 0.590
    """
    reach = stdtrit(draws - 1, 0.5 + level / 2) * deviation * np.sqrt(1 + 1 / draws)
    return float(mean - reach), float(mean + reach)


def holm(family: Sequence[Mean | Spread], *, against: float = 0.0) -> list[tuple[float, float]]:
    """Intervals of a family at the levels by which Holm's step-down procedure decides whether each excludes a value.

    The procedure starts at the level 1 − 0.05 / n for n members; those that exclude the value are decided, and the
    rest go on with what is left of n. So a wrong decision among all has a probability of at most 5 %. Members whose
    outcome is fixed beforehand (one run, or two sides that agree everywhere) are no tests and do not count.

    Args:
        family: means or standard deviations.
        against: the value.

    >>> holm([Mean(1.0, ((0.04, 9),)), Mean(0.5, ((0.04, 9),))])[1] == Mean(0.5, ((0.04, 9),)).interval()
    True
    """
    found = [member.interval() for member in family]
    left = [place for place, (low, high) in enumerate(found) if low < high]
    while left:
        level = 1 - (1 - LEVEL) / len(left)
        found = [family[place].interval(level) if place in left else ends for place, ends in enumerate(found)]
        kept = [place for place in left if found[place][0] <= against <= found[place][1]]
        if len(kept) == len(left):
            break
        left = kept
    return found


def _finite(values: Num[np.ndarray, "..."], *, dimensions: int) -> np.ndarray:
    made = np.asarray(values, dtype=float)
    if made.ndim != dimensions or not made.size or not np.isfinite(made).all():
        raise InputError(f"expected finite values in {dimensions} dimensions, got an array of shape {made.shape}")
    return made
