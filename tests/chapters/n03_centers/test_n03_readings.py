"""Readings of notebook 03 say what the tables hold: every number is looked up in a table whose answer is known."""

import pandas as pd

from chapters.n03_centers import readings

COMPARED = pd.DataFrame(
    [
        ("hadamard", 16, 10, 8, 8, 0, 5, 1, ""),
        ("hadamard", 16, 21, 8, 8, 0, 4, 0, ""),
        ("hadamard", 64, 10, 32, 35, 3, 28, 1, ""),
        ("balanced", 16, 10, 4, 8, 4, 5, 0, ""),
        ("bernoulli", 16, 10, 0, 8, 8, 5, 0, ""),
        ("coding", 16, 10, 8, 8, 0, 5, 0, "Hadamard"),
        ("coding", 16, 21, 8, 8, 0, 4, 0, "Hadamard"),
        ("coding", 64, 10, 34, 35, 1, 28, 2, "Levenshtein"),
        ("coding", 128, 555, 58, 62, 4, 43, 0, "BCH"),
    ],
    columns=[
        *["method", "bits", "num_classes", "minimum", "upper_bound", "gap", "gilbert_varshamov"],
        *["constant_bits", "construction"],
    ],
)


def test_generators() -> None:
    assert readings.of_generators(COMPARED) == (
        "`coding` meets the upper bound at 2 of 4 sizes; its largest gap is 1 bits up to K = 64 and 4 at any length. "
        "Random centers stay 6.0 bits below the bound on average, 8 at worst, and at 1 sizes two classes got the same "
        "center. Constant bits, which tell no class from another: 2 over all `coding` sizes, up to 1 in one set of "
        "Hadamard rows."
    )


def test_constructions() -> None:
    assert readings.of_constructions(COMPARED) == (
        "`coding` takes 3 constructions at 4 sizes and reaches 3 to 15 bits more than Gilbert–Varshamov guarantees, "
        "7.0 on average."
    )


def test_optimality_is_asked_on_either_side_of_k() -> None:
    assert readings.of_optimality(COMPARED) == (
        "Hadamard rows meet the upper bound at 1 of 1 sizes with K < m ≤ 2K and at 1 of 2 with m ≤ K. `coding` is "
        "further apart at 1 of the latter, by up to 2 bits."
    )


def test_separation_names_lengths_where_no_set_is_valid_by_its_pairs() -> None:
    columns = ["bits", "num_classes", "minimum", "mean", "upper_bound", "valid_by_mean", "valid_by_pairs"]
    rows = [
        (16, 100, 2, 7.5, 6, False, False),
        (32, 100, 8, 16.25, 14, True, False),
        (64, 100, 32, 32.25, 32, True, True),
    ]
    table = pd.DataFrame(rows, columns=columns)
    text = readings.of_separation(table)
    assert text.startswith("2 of 3 sets are valid by their mean, 1 by their pairs. Every mean lies within 0.50 bits")
    assert "lies up to 8 bits below K/2." in text
    assert text.endswith(
        "At 16 and 32 bits the upper bound is below K/2: by the supplement's reading no 100 centers are valid there."
    )
    assert readings.of_separation(table[2:]).endswith("lies up to 0 bits below K/2.")


def test_draws() -> None:
    rows = [
        (16, "coin flips", 1, 6),
        (16, "K/2 ones a row", 2, 6),
        (32, "coin flips", 7, 14),
        (32, "K/2 ones a row", 6, 14),
    ]
    table = pd.DataFrame(rows, columns=["bits", "draws", "minimum", "coding"])
    first = "The best of all draws stays below what `coding` reaches by 4 bits at K = 16 and 7 bits at K = 32."
    assert readings.of_draws(table) == f"{first} Rows with exactly K/2 ones have even distances only."
    odd = table.assign(draws="K/2 ones a row")
    assert readings.of_draws(odd) == first


def test_targets() -> None:
    table = pd.DataFrame(
        {"bits": [64, 16], "mean_gap": [8.6, 2.1], "share_of_range": [0.067, 0.067], "floor": [31.1, 1.9]}
    )
    assert readings.of_targets(table) == (
        "t_ij and t_ji differ by 6.7% of the range on average. At 64 bits this is a gap of 8.6, and no centers can "
        "have a mean squared error below 31.1."
    )


def solver_rows(released: float) -> pd.DataFrame:
    rows = [
        (16, "annealing", 3, 1.0, 0.1),
        (32, "annealing", 23, 477.0, 0.95),
        (32, "lpbox", 22, 506.0, 0.88),
        (32, "lpbox, authors' acceptance", 21, released, 0.01),
        (32, "csq (no similarity)", 32, 969.0, 0.02),
    ]
    return pd.DataFrame(rows, columns=["bits", "centers", "reached", "objective", "rank_correlation"])


def test_solvers_of_the_longest_code() -> None:
    text = readings.of_solvers(solver_rows(900))
    assert text.startswith("At 32 bits annealing ends at an error of 477 a pair with every pair 23 bits apart")
    assert "at 506 with 22" in text and "ends at 900, with a rank correlation of 0.01 against 0.88" in text
    assert text.endswith("have 969 and 0.02. The method finds the similarity; the rule gives it up.")
    assert readings.of_solvers(solver_rows(510)).endswith("The rule does no harm here.")


def test_costs_of_both_named_distances() -> None:
    frame = pd.DataFrame(
        {
            "similarity": ["a", "a", "a", "b", "b", "b"],
            "min_distance": [0, 8, 23] * 2,
            "cost": [0, 0.004, 0.86, 0, 0.013, 0.41],
            "eighth": 8,
            "gilbert_varshamov": 23,
        }
    )
    assert readings.of_costs(frame).startswith(
        "The objective rises on the a 0.4% for K/8 = 8 and 86% for Gilbert–Varshamov's 23; on the b 1.3% for K/8 = 8 "
        "and 41% for Gilbert–Varshamov's 23."
    )


def test_centroids_of_two_labels() -> None:
    columns = ["centers", "set_size", "ties", "mean", "minimum", "tied", "below_half"]
    rows = [
        ("hadamard", 2, "independent", 32.0, 12, 0.5, 0.5),
        ("hadamard", 2, "shared", 24.0, 14, 0.49, 0.97),
        ("coding", 2, "shared", 20.0, 10, 0.4, 0.9),
    ]
    moved = {"set_size": [2], "moved": [0.24], "lowest_mean": [23.7], "highest_mean": [24.9]}
    text = readings.of_centroids(pd.DataFrame(rows, columns=columns), pd.DataFrame(moved), bits=64)
    assert text == (
        "With two labels 49% of the bits are tied. Drawn independently, ties leave the mean distance at 32.0 of 64 "
        "bits; the shared vector gives all samples the same bits there and leaves 24.0, with 97% of the pairs below "
        "K/2. Another vector changes 24% of the bits of a centroid, and the mean distance between 23.7 and 24.9. The "
        "smallest distance of a single pair in the table is 10 bits; whether K/2 holds as a bound is judged in "
        "notebook 02."
    )


def test_files() -> None:
    balanced = "random, K/2 ones a row"
    rows = [
        ("NUS-WIDE", 16, "Hadamard", "H_2K", balanced, 4, 8, 0),
        ("ImageNet", 16, "Bernoulli", "Bernoulli", "Bernoulli", 2, 6, 0),
        ("HMDB51", 32, "Bernoulli", "H_2K", balanced, 8, 16, 0),
        ("HMDB51", 64, "Hadamard", "H_64", "Hadamard", 32, 32, 1),
        ("UCF101", 64, "Hadamard", "H_2K", "neither, 100 rows of H_2K", 31, 32, 0),
    ]
    columns = ["dataset", "bits", "text", "algorithm_1", "holds", "minimum", "upper_bound", "constant_bits"]
    assert readings.of_files(pd.DataFrame(rows, columns=columns)) == (
        "3 of the 5 files hold random rows, 2 of them with exactly K/2 ones in every row: the recipe of the authors' "
        "tutorial, not independent coin flips. Their minimum distances lie below the upper bound by 4 at 16 bits, 8 at "
        "32 bits. 1 files spend bits that are constant over all classes. The text and Algorithm 1 name different "
        "constructions for HMDB51 32."
    )


def test_missing_files_come_with_one_command() -> None:
    assert "`.venv/bin/hashcenters data download csq-official` downloads them" in readings.how_to_get()
    assert "codes (15 MB) into `csq-official/`" in readings.how_to_get()
