"""What the tables of notebook 03 say, in sentences with the numbers of this run."""

import pandas as pd

from chapters.n03_centers import published
from chapters.n03_centers.random_draws import FLIPS
from chapters.n03_centers.semantic_study import BLIND, SOLVERS
from chapters.n03_centers.text_against_files import BALANCED, BERNOULLI, other_branch
from chapters.shared.readings import joined
from hashcenters.datasets.registry import find_entry


def of_generators(frame: pd.DataFrame) -> str:
    """How near coding and random centers come to the upper bound, and where bits or classes are lost.

    Args:
        frame: from `generators.compare_generators`.
    """
    coding, hadamard = (frame[frame["method"] == name] for name in ("coding", "hadamard"))
    random = frame[frame["method"].isin(["bernoulli", "balanced"])]
    short = coding[coding["bits"] <= 64]
    return (
        f"`coding` meets the upper bound at {(coding['gap'] == 0).sum()} of {len(coding)} sizes; its largest gap is "
        f"{short['gap'].max()} bits up to K = 64 and {coding['gap'].max()} at any length. Random centers stay "
        f"{random['gap'].mean():.1f} bits below the bound on average, {random['gap'].max()} at worst, and at "
        f"{(random['minimum'] == 0).sum()} sizes two classes got the same center. Constant bits, which tell no class "
        f"from another: {coding['constant_bits'].sum()} over all `coding` sizes, up to "
        f"{hadamard['constant_bits'].max()} in one set of Hadamard rows."
    )


def of_constructions(frame: pd.DataFrame) -> str:
    """How many constructions `coding` chooses among, and how much more they reach than what is certain.

    Args:
        frame: from `generators.compare_generators`.
    """
    coding = frame[frame["method"] == "coding"]
    above = coding["minimum"] - coding["gilbert_varshamov"]
    return (
        f"`coding` takes {coding['construction'].nunique()} constructions at {len(coding)} sizes and reaches "
        f"{above.min()} to {above.max()} bits more than Gilbert–Varshamov guarantees, {above.mean():.1f} on average."
    )


def of_separation(table: pd.DataFrame) -> str:
    """How many sets are valid in either sense, and at which lengths none can be by its pairs.

    Args:
        table: from `separation_table`, several sets with the same number of centers.
    """
    half = table["bits"] / 2
    short = sorted(table.loc[table["upper_bound"] < half, "bits"].unique())
    text = (
        f"{table['valid_by_mean'].sum()} of {len(table)} sets are valid by their mean, "
        f"{table['valid_by_pairs'].sum()} by their pairs. Every mean lies within "
        f"{(table['mean'] - half).abs().max():.2f} bits of K/2, as for any set with as many ones as zeros in each bit, "
        f"so that the main text's condition restricts little. The smallest distance, which keeps two classes apart, "
        f"lies up to {(half - table['minimum']).max():g} bits below K/2."
    )
    if not short:
        return text
    return (
        f"{text} At {joined([str(bits) for bits in short])} bits the upper bound is below K/2: by the supplement's "
        f"reading no {table['num_classes'].iloc[0]} centers are valid there."
    )


def of_draws(table: pd.DataFrame) -> str:
    """How far the best random draw stays below the constructed code, at every size.

    Args:
        table: from `random_draws.bernoulli_table`.
    """
    best = table.groupby("bits")[["minimum", "coding"]].max()
    short = best["coding"] - best["minimum"]
    parts = [f"{missing} bits at K = {bits}" for bits, missing in short.items()]
    odd = (table.loc[table["draws"] != FLIPS, "minimum"] % 2 == 1).sum()
    even = "" if odd else " Rows with exactly K/2 ones have even distances only."
    return f"The best of all draws stays below what `coding` reaches by {joined(parts)}.{even}"


def of_optimality(frame: pd.DataFrame) -> str:
    """Where Hadamard rows meet the upper bound, and where `coding` is further apart.

    Args:
        frame: from `generators.compare_generators`, some sizes of which have Hadamard rows.
    """
    keys = ["bits", "num_classes"]
    rows, coding = (frame[frame["method"] == name].set_index(keys) for name in ("hadamard", "coding"))
    many = rows[rows.index.get_level_values(1) > rows.index.get_level_values(0)]
    few = rows.drop(many.index)
    gained = coding["minimum"].reindex(few.index) - few["minimum"]
    return (
        f"Hadamard rows meet the upper bound at {(many['gap'] == 0).sum()} of {len(many)} sizes with K < m ≤ 2K and at "
        f"{(few['gap'] == 0).sum()} of {len(few)} with m ≤ K. `coding` is further apart at {(gained > 0).sum()} of the "
        f"latter, by up to {gained.max():g} bits."
    )


def of_targets(table: pd.DataFrame) -> str:
    """How far t_ij and t_ji are apart, and the error that follows at the longest code.

    Args:
        table: from `semantic_study.target_table`.
    """
    last = table.loc[table["bits"].idxmax()]
    return (
        f"t_ij and t_ji differ by {last['share_of_range']:.1%} of the range on average. At {last['bits']:.0f} bits "
        f"this is a gap of {last['mean_gap']:.1f}, and no centers can have a mean squared error below "
        f"{last['floor']:.1f}."
    )


def of_solvers(table: pd.DataFrame) -> str:
    """Error, distance and rank correlation of both solvers, of the released rule, and without similarity.

    Args:
        table: from `semantic_study.solver_table`; its longest code is read.
    """
    last = table[table["bits"] == table["bits"].max()].set_index("centers")
    ours, paper, released, blind = (last.loc[name] for name in (*SOLVERS, BLIND))
    lost = released["objective"] > 1.2 * paper["objective"]
    return (
        f"At {ours['bits']:.0f} bits annealing ends at an error of {ours['objective']:.0f} a pair with every pair "
        f"{ours['reached']:.0f} bits apart, lpbox, after the paper's method, at {paper['objective']:.0f} with "
        f"{paper['reached']:.0f}. Under the released acceptance rule the same method ends at "
        f"{released['objective']:.0f}, with a rank correlation of {released['rank_correlation']:.2f} against "
        f"{paper['rank_correlation']:.2f}; centers that know nothing of similarity have {blind['objective']:.0f} and "
        f"{blind['rank_correlation']:.2f}. "
        + ("The method finds the similarity; the rule gives it up." if lost else "The rule does no harm here.")
    )


def of_rule(table: pd.DataFrame, *, bits: int) -> str:
    """What the released rule changes at one length and at the others.

    Args:
        table: from `semantic_study.released_rule_table`.
        bits: the length in question.
    """
    here, other = table[table["bits"] == bits], table[table["bits"] != bits]
    text = f"At {bits} bits the released rule changes {here['changed'].max()} of {here['num_classes'].iloc[0]} centers"
    if (here["as the first"] == here["num_classes"]).all():
        text += ": whichever network the similarity is from, the centers are the same, and so is their mAP"
    changed = [f"{part.min()} to {part.max()} at {length}" for length, part in other.groupby("bits")["changed"]]
    return f"{text}." + (f" With random rows at the start it changes {joined(changed)} bits." if changed else "")


def of_costs(costs: pd.DataFrame) -> str:
    """What K/8 and Gilbert–Varshamov's distance cost on every similarity.

    Args:
        costs: from `semantic_study.distance_costs`.
    """
    parts = []
    for name, part in costs.groupby("similarity", sort=False):
        eighth, guaranteed = part["eighth"].iloc[0], part["gilbert_varshamov"].iloc[0]
        cost = part.set_index("min_distance")["cost"]
        parts.append(
            f"on the {name} {cost[eighth]:.1%} for K/8 = {eighth} and {cost[guaranteed]:.0%} for Gilbert–Varshamov's "
            f"{guaranteed}"
        )
    return (
        f"The objective rises {'; '.join(parts)}. The distance that the text takes from the bound is a choice, and the "
        "curve says what each other choice would cost."
    )


def of_centroids(cases: pd.DataFrame, sensitivity: pd.DataFrame, *, bits: int) -> str:
    """What the way to settle ties does to two labels' centroids of Hadamard rows.

    Args:
        cases: from `centroids.centroid_table`.
        sensitivity: from `centroids.tie_sensitivity`.
        bits: length of a center.
    """
    two = cases[(cases["centers"] == "hadamard") & (cases["set_size"] == 2)].set_index("ties")
    shared, moved = two.loc["shared"], sensitivity.set_index("set_size").loc[2]
    return (
        f"With two labels {shared['tied']:.0%} of the bits are tied. Drawn independently, ties leave the mean distance "
        f"at {two.loc['independent', 'mean']:.1f} of {bits} bits; the shared vector gives all samples the same bits "
        f"there and leaves {shared['mean']:.1f}, with {shared['below_half']:.0%} of the pairs below K/2. Another "
        f"vector changes {moved['moved']:.0%} of the bits of a centroid, and the mean distance between "
        f"{moved['lowest_mean']:.1f} and {moved['highest_mean']:.1f}. The smallest distance of a single pair in the "
        f"table is {cases['minimum'].min()} bits; whether K/2 holds as a bound is judged in notebook 02."
    )


def of_files(files: pd.DataFrame) -> str:
    """What the authors' files hold: kinds of rows, distances below the bound, constant bits, the other branch.

    Args:
        files: from `text_against_files.file_table`, not empty.
    """
    drawn = files[files["holds"].isin([BALANCED, BERNOULLI])]
    short = (drawn["upper_bound"] - drawn["minimum"]).groupby(drawn["bits"]).agg(["min", "max"])
    missing = [f"{_span(low, high)} at {bits} bits" for bits, low, high in short.itertuples()]
    return (
        f"{len(drawn)} of the {len(files)} files hold random rows, {(drawn['holds'] == BALANCED).sum()} of them with "
        "exactly K/2 ones in every row: the recipe of the authors' tutorial, not independent coin flips. Their minimum "
        f"distances lie below the upper bound by {', '.join(missing)}. {(files['constant_bits'] > 0).sum()} files "
        "spend bits that are constant over all classes. The text and Algorithm 1 name different constructions for "
        f"{', '.join(other_branch(files))}."
    )


def _span(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low} to {high}"


def how_to_get() -> str:
    """How the authors' files come into the data root."""
    return (
        f"The files are not in the data root. `{published.HOW_TO_GET}` downloads them with the authors' lists and "
        f"codes ({find_entry(published.SOURCE).size}) into `{published.SOURCE}/`; they can also be put there by hand."
    )
