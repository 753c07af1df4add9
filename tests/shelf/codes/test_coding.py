import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basics.errors import InputError
from hashcenters.centers.bounds import delsarte_size, max_min_distance_bound
from hashcenters.centers.separation import separation
from hashcenters.codes import pairwise_distances
from shelf.codes.coding import coding_centers, coding_construction, coding_distance
from shelf.codes.constructions import constructions

TABLE_SIZES = (10, 21, 51, 80, 100, 101, 196, 200, 555, 1000)
REACHED = {
    16: (8, 8, 6, 6, 6, 6, 6, 6, 4, 4),
    32: (17, 16, 16, 14, 14, 14, 13, 13, 12, 12),
    64: (35, 33, 32, 32, 32, 32, 29, 29, 28, 28),
}


def sizes(bits):
    return [num_classes for num_classes in TABLE_SIZES if num_classes <= 2**bits]


@pytest.mark.parametrize("bits", REACHED)
def test_the_table_of_the_papers_sizes(bits):
    for num_classes, distance in zip(TABLE_SIZES, REACHED[bits], strict=True):
        report = separation(coding_centers(bits, num_classes, seed=0))
        assert (report.num_classes, report.bits) == (num_classes, bits)
        assert report.minimum >= distance
        assert report.constant_bits == 0


@pytest.mark.parametrize("bits", range(8, 65))
def test_at_most_two_bits_below_the_bound(bits):
    for num_classes in sizes(bits):
        assert max_min_distance_bound(bits, num_classes) - coding_distance(bits, num_classes) <= 2


@pytest.mark.parametrize("bits", [12, 23, 36, 48, 50, 51, 56, 57, 64])
def test_gaps_at_every_number_of_classes(bits):
    """Within one value of the bound the gap is largest at the most classes."""
    most = min(1000, 2**bits)
    distances = range(max_min_distance_bound(bits, most), max_min_distance_bound(bits, 2) + 1)
    for num_classes in {min(most, delsarte_size(bits, distance)) for distance in distances} - {1}:
        assert max_min_distance_bound(bits, num_classes) - coding_distance(bits, num_classes) <= 2


@pytest.mark.parametrize(("bits", "gap"), [(72, 3), (96, 2), (128, 4), (160, 6), (192, 4), (256, 5)])
def test_longer_centers(bits, gap):
    for num_classes in TABLE_SIZES:
        assert max_min_distance_bound(bits, num_classes) - coding_distance(bits, num_classes) <= gap


@pytest.mark.parametrize("bits", [*range(1, 33), *range(36, 257, 20)])
def test_centers_reach_what_is_promised_and_no_bit_is_constant(bits):
    for num_classes in [size for size in (2, 3, 5, 9, 33, 130, 300, 1000) if size <= 2**bits]:
        centers = coding_centers(bits, num_classes, seed=bits)
        assert centers.shape == (num_classes, bits)
        assert pairwise_distances(centers).min() >= coding_distance(bits, num_classes) >= 1
        assert not (centers == centers[0]).all(axis=0).any()


@given(bits=st.integers(1, 256), num_classes=st.integers(2, 1024), seed=st.integers(0, 2**32))
@settings(max_examples=12)
def test_any_size_and_seed(bits, num_classes, seed):
    num_classes = min(num_classes, 2**bits)
    centers = coding_centers(bits, num_classes, seed=seed)
    assert centers.dtype == np.int8
    assert set(np.unique(centers)) == {-1, 1}
    distance = coding_distance(bits, num_classes)
    assert distance <= pairwise_distances(centers).min() <= max_min_distance_bound(bits, num_classes)
    assert not (centers == centers[0]).all(axis=0).any()


@pytest.mark.parametrize("bits", [8, 12, 28, 36, 64, 100, 128, 252, 256])
def test_never_below_hadamard_rows(bits):
    for num_classes in (2, bits // 2, bits, 2 * bits):
        assert coding_distance(bits, num_classes) >= bits // 2


def test_levenshtein_s_codes_meet_plotkin_s_bound():
    for bits in range(8, 129, 11):
        for num_classes in range(2, min(17, bits // 3)):
            assert coding_distance(bits, num_classes) == max_min_distance_bound(bits, num_classes)


def test_more_classes_and_fewer_bits_never_come_further_apart():
    for bits in (16, 23, 57, 128):
        distances = [coding_distance(bits, num_classes) for num_classes in (2, 7, 40, 41, 129, 600, 1000)]
        assert distances == sorted(distances, reverse=True)
    for num_classes in (5, 100, 700):
        distances = [coding_distance(bits, num_classes) for bits in range(10, 257)]
        assert distances == sorted(distances)


@pytest.mark.parametrize(("bits", "num_classes"), [(64, 100), (48, 555), (20, 7), (57, 200)])
def test_seed_chooses_among_equivalent_centers(bits, num_classes):
    first, again, other = (coding_centers(bits, num_classes, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert pairwise_distances(first).min() == pairwise_distances(other).min()


def test_dead_bits_of_hadamard_rows_come_alive():
    centers = coding_centers(128, 100, seed=0)
    assert coding_construction(128, 100) == "±H_128"
    ones = (centers > 0).mean(axis=0)
    assert ones.min() > 0.2
    assert ones.max() < 0.8


@pytest.mark.parametrize(
    ("bits", "num_classes", "name"),
    [
        (64, 100, "±H_64"),
        (16, 100, "Nordstrom–Robinson"),
        (10, 40, "Best"),
        (12, 144, "Julin"),
        (13, 28, "conference 13"),
        (22, 1000, "Golay 24 shortened 2"),
        (64, 1000, "Kerdock 64"),
        (32, 1000, "BCH 32"),
        (5, 2, "repetition"),
        (49, 100, "conference 49"),
        (12, 1000, "all words 10 + parity + 1 balanced"),
    ],
)
def test_constructions_have_names(bits, num_classes, name):
    assert coding_construction(bits, num_classes) == name


def test_constructions_never_refer_to_themselves():
    for num_classes in (2, 11, 100, 257, 1000):
        table = constructions(num_classes)

        def depth(bits, seen=(), table=table):
            assert bits not in seen
            return 1 + max((depth(part, (*seen, bits)) for part in table[bits].parts), default=0)

        assert max(depth(bits) for bits in range(10, 257)) < 30


@pytest.mark.parametrize(
    ("bits", "num_classes", "message"),
    [
        (257, 10, "at most 256 .* got 257"),
        (64, 1025, "at most 1024 .* got 64 and 1025"),
        (64, 1, "at least 2"),
        (3, 9, r"at most 2\^bits = 8"),
        (0, 2, "at least 1"),
    ],
)
@pytest.mark.parametrize("function", [coding_distance, coding_construction, lambda b, m: coding_centers(b, m, seed=0)])
def test_bad_sizes(function, bits, num_classes, message):
    with pytest.raises(InputError, match=message):
        function(bits, num_classes)
