"""Semantic centers compared: solvers and acceptance rules, what a minimum distance costs, distance by similarity."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Int8, Num

from chapters.shared.comparisons import Verdict
from hashcenters.centers.algorithm1 import balanced_centers
from hashcenters.centers.bounds import gilbert_varshamov_distance
from hashcenters.centers.generate import make_centers
from hashcenters.centers.hadamard import double_hadamard
from hashcenters.centers.lpbox import lpbox_centers
from hashcenters.centers.semantic import SemanticCenters, rank_correlation, semantic_centers
from hashcenters.centers.targets import asymmetry, asymmetry_floor, target_error, target_matrix
from hashcenters.codes import hamming_distance, pairwise_distances
from workbook.literature import numbers_of

Similarity = Num[np.ndarray, "num_classes num_classes"]
Solved = dict[tuple[int, str], SemanticCenters]  # by length and name of the solver
GROUPS = 10
BLIND = "csq (no similarity)"
SOLVERS = {
    "annealing": {"solver": "annealing"},
    "lpbox": {"solver": "lpbox"},
    "lpbox, authors' acceptance": {"solver": "lpbox", "acceptance": "authors"},
}


def solve_all(similarity: Similarity, all_bits: Sequence[int], *, seed: int, lpbox_sweeps: int) -> Solved:
    """Semantic centers of every length by every solver and acceptance rule, at the Gilbert–Varshamov distance.

    Args:
        similarity: of the classes.
        all_bits: lengths of a center.
        seed: of every solver.
        lpbox_sweeps: most passes of `lpbox`, after the paper's method, over all rows.
    """
    return {
        (bits, name): semantic_centers(
            similarity, bits, seed=seed, **options, sweeps=lpbox_sweeps if options["solver"] == "lpbox" else None
        )
        for bits in all_bits
        for name, options in SOLVERS.items()
    }


def solver_table(similarity: Similarity, solved: Solved, *, seed: int) -> pd.DataFrame:
    """One row a length and solver, and Algorithm 1's centers, which know nothing of similarity, as the foot.

    Args:
        similarity: of the classes.
        solved: from `solve_all`.
        seed: of Algorithm 1.

    Returns:
        Columns `bits`, `centers` (how they were made), `required` and `reached` minimum distance (bits), `feasible`,
        `objective` (mean squared error of an inner product), `rank_correlation` (−1 to 1).
    """
    rows = []
    for bits in dict.fromkeys(bits for bits, _ in solved):
        made = {name: solved[bits, name] for name in SOLVERS} | {BLIND: _without_similarity(similarity, bits, seed)}
        for name, one in made.items():
            distances = (one.required_distance, one.min_distance, one.feasible)
            rows.append((bits, name, *distances, one.objective, one.rank_correlation))
    measures = ["required", "reached", "feasible", "objective", "rank_correlation"]
    return pd.DataFrame(rows, columns=["bits", "centers", *measures])


def released_rule_table(
    similarities: Mapping[str, Similarity], all_bits: Sequence[int], *, sweeps: int
) -> pd.DataFrame:
    """What the released rule changes of the centers it starts from, on several similarities of the same classes.

    The released script starts from the first rows of H_2K where there are enough, and from random rows with K/2 ones
    elsewhere; a new row counts only if its mean plus its minimum distance rises.

    Args:
        similarities: by name, of as many classes each.
        all_bits: lengths of a center.
        sweeps: most passes over all rows; a pass that changes none is the last.

    Returns:
        Columns `bits`, `start`, `similarity`, `changed` (centers that differ from the start), `num_classes`, and
        `as the first` (centers that are those of the first similarity).
    """
    rows = []
    for bits in all_bits:
        first = None
        for name, similarity in similarities.items():
            start, kind = released_start(bits, len(similarity))
            goal = target_matrix(similarity, bits)
            made = lpbox_centers(start, goal, 0, acceptance="authors", sweeps=sweeps)
            first = made if first is None else first
            changed, same = (made != start).any(axis=1).sum(), (made == first).all(axis=1).sum()
            rows.append((bits, kind, name, changed, len(made), same))
    return pd.DataFrame(rows, columns=["bits", "start", "similarity", "changed", "num_classes", "as the first"])


def released_start(bits: int, num_classes: int) -> tuple[Int8[np.ndarray, "num_classes bits"], str]:
    """The centers that the released script starts from, and what they are.

    Source: released code, optimizeAccel.py, CSQ_init.
    """
    rows = double_hadamard(bits)
    if num_classes <= len(rows):
        return rows[:num_classes], "first rows of H_2K"
    more = balanced_centers(bits, num_classes - len(rows), seed=0, draws=1)
    return np.vstack([rows, more]), "all rows of H_2K and random ones"


def judge_tie(table: pd.DataFrame, *, bits: int) -> Verdict:
    """Whether ImageNet's values of SHC Table 1 are equal at a length at which the released rule changes no center.

    That centers of other lengths depend on the similarity shows that the rule can change them.

    Args:
        table: of `released_rule_table`.
        bits: the length at which the document's rows are equal.
    """
    here, elsewhere = table[table["bits"] == bits], table[table["bits"] != bits]
    printed = [number.text for number in numbers_of("SHC Table 1") if number.column == f"ImageNet {bits}"]
    parts = [f"{row.changed} of {row.num_classes} on {row.similarity}" for row in here.itertuples()]
    apart = elsewhere.assign(apart=elsewhere["num_classes"] - elsewhere["as the first"]).query("apart > 0")
    other = ", ".join(f"{row.apart} at {row.bits} bits ({row.similarity})" for row in apart.itertuples())
    holds = len(set(printed)) == 1 and (here["changed"] == 0).all()
    same = len(here) > 1 and (here["as the first"] == here["num_classes"]).all()
    return {
        "verdict": ("finding" if same and other else "inconclusive") if holds else "not-shown",
        "observed": f"printed at {bits} bits: {', '.join(printed)}; centers that the released rule changes there: "
        + ", ".join(parts)
        + ("; all similarities have the same centers there" if same else "")
        + (f", while elsewhere another similarity changes {other}" if same and other else ""),
    }


def _without_similarity(similarity: Similarity, bits: int, seed: int) -> SemanticCenters:
    centers = make_centers("csq", bits, len(similarity), seed=seed)
    return SemanticCenters(
        centers=centers,
        objective=target_error(centers, target_matrix(similarity, bits)),
        required_distance=gilbert_varshamov_distance(bits, len(similarity)),
        min_distance=int(pairwise_distances(centers).min()),
        rank_correlation=rank_correlation(similarity, centers),
        seconds=0.0,
    )


def distance_cost(similarity: Similarity, bits: int, distances: Iterable[int], *, seed: int) -> pd.DataFrame:
    """What each minimum distance costs in the objective, by the discrete solver.

    Centers found for a larger distance keep every smaller one too, so that the best of them counts.

    Args:
        similarity: of the classes.
        bits: length of a center.
        distances: minimum distances to ask for; 0 (none asked) is always included.
        seed: of the solver.

    Returns:
        Columns `bits`, `min_distance`, `objective`, `cost` (rise over no minimum distance, 0 for none),
        `rank_correlation`.

    Raises:
        InputError: a distance that is impossible or out of reach.
    """
    rows, best = [], None
    for distance in sorted({0, *distances}, reverse=True):
        found = semantic_centers(similarity, bits, seed=seed, min_distance=distance)
        best = found if best is None or found.objective < best.objective else best
        rows.append((bits, distance, best.objective, best.rank_correlation))
    frame = pd.DataFrame(rows[::-1], columns=["bits", "min_distance", "objective", "rank_correlation"])
    frame.insert(3, "cost", frame["objective"] / frame["objective"].iloc[0] - 1)
    return frame


def distance_costs(similarities: Mapping[str, Similarity], bits: int, *, seed: int) -> pd.DataFrame:
    """`distance_cost` on several similarities, from no minimum distance to that of the best code.

    Args:
        similarities: by name.
        bits: length of a center.
        seed: of the solver.

    Returns:
        The columns of `distance_cost`, and `similarity` (name), `eighth` and `gilbert_varshamov` (bits).
    """
    parts = []
    for name, similarity in similarities.items():
        num_classes = len(similarity)
        guaranteed = gilbert_varshamov_distance(bits, num_classes)
        code = make_centers("coding", bits, num_classes, seed=seed)
        every = range(0, int(pairwise_distances(code).min()) + 1, max(1, bits // 16))
        costs = distance_cost(similarity, bits, {*every, guaranteed, bits // 8}, seed=seed)
        parts.append(costs.assign(similarity=name, eighth=bits // 8, gilbert_varshamov=guaranteed))
    return pd.concat(parts, ignore_index=True)


def target_table(similarity: Similarity, all_bits: Sequence[int]) -> pd.DataFrame:
    """How asymmetric Eq. 2 makes the target, at every length.

    Returns:
        Columns `bits`, `mean_gap` (mean |t_ij − t_ji|), `share_of_range` (of the range 2 · bits, 0–1), `floor`
        (squared error per pair that no centers can avoid).
    """
    targets = {bits: target_matrix(similarity, bits) for bits in all_bits}
    gaps, floors = ([measure(target) for target in targets.values()] for measure in (asymmetry, asymmetry_floor))
    table = pd.DataFrame({"bits": list(targets), "mean_gap": gaps})
    return table.assign(share_of_range=table["mean_gap"] / (2 * table["bits"]), floor=floors)


def distance_curves(similarity: Similarity, solved: Solved) -> pd.DataFrame:
    """Distances of pairs of classes, in ten equal groups by how similar the two are, for every length and solver.

    Args:
        similarity: symmetric.
        solved: from `solve_all`.

    Returns:
        Columns `group` (1 for the least similar pairs to 10), `mean`, `low`, `high` (mean, 10 % and 90 %
        quantile of the distances, bits), `bits`, `centers` (how they were made).
    """
    pairs = np.triu_indices(len(similarity), 1)
    order = np.argsort(similarity[pairs], kind="stable")
    parts = []
    for (bits, name), found in solved.items():
        groups = np.array_split(hamming_distance(found.centers, found.centers)[pairs][order], GROUPS)
        low, high = np.transpose([np.quantile(group, [0.1, 0.9]) for group in groups])
        curve = {"group": np.arange(1, GROUPS + 1), "mean": [group.mean() for group in groups]}
        parts.append(pd.DataFrame(curve | {"low": low, "high": high, "bits": bits, "centers": name}))
    return pd.concat(parts, ignore_index=True)
