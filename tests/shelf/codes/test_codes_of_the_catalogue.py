from collections import Counter
from itertools import product

import numpy as np
import pytest

from hashcenters.codes import hamming_distance, pack, pairwise_distances
from shelf.codes.binary_codes import (
    all_words,
    extended_bch,
    extended_golay,
    repetition,
    signed_hadamard,
    span,
    with_parity,
)
from shelf.codes.constructions import catalogue
from shelf.codes.nonlinear_codes import (
    ball_section,
    best_code,
    conference_code,
    delsarte_goethals_code,
    gray_map,
    julin_code,
    kerdock_code,
)
from shelf.codes.quasicyclic import QuasiCyclic, orbit, stored_codes, times_x


def spectrum(words):
    """How many words lie at each distance from the first."""
    return dict(sorted(Counter(hamming_distance(words[:1], words)[0].tolist()).items()))


def test_weights_of_the_golay_code():
    assert spectrum(extended_golay()) == {0: 1, 8: 759, 12: 2576, 16: 759, 24: 1}


def test_weights_of_the_nordstrom_robinson_code():
    words = kerdock_code(3)
    assert all(spectrum(np.roll(words, shift, axis=0)) == {0: 1, 6: 112, 8: 30, 10: 112, 16: 1} for shift in range(256))


def test_weights_of_the_kerdock_code():
    words = kerdock_code(5)
    expected = {0: 1, 28: 1984, 32: 126, 36: 1984, 64: 1}
    assert all(spectrum(np.roll(words, -shift, axis=0)) == expected for shift in range(0, 4096, 173))


def test_weights_of_the_delsarte_goethals_code():
    words = delsarte_goethals_code(5)
    middle = {24: 10416, 28: 23808, 32: 62622, 36: 23808, 40: 10416}
    assert all(spectrum(np.roll(words, -shift, axis=0)) == {0: 1, **middle, 64: 1} for shift in (0, 1, 77, 130_000))


def test_a_ball_section_keeps_what_differs_in_few_of_the_lost_bits():
    assert ball_section(all_words(3), range(2)).tolist() == [[1], [-1]] * 3
    assert ball_section(all_words(3), [0, 2]).tolist() == [[1], [1], [-1], [-1], [1], [-1]]
    assert len(ball_section(repetition(4), range(2))) == 1


@pytest.mark.parametrize(
    ("degree", "distance", "size"),
    [(3, 4, 16), (4, 4, 2**11), (4, 6, 2**7), (5, 8, 2**16), (5, 12, 2**11), (6, 28, 2**10), (7, 64, 2**8)],
)
def test_dimensions_and_distances_of_bch_codes(degree, distance, size):
    words = extended_bch(degree, distance)
    assert words.shape == (size, 2**degree)
    assert sorted(spectrum(words))[1] == distance


def test_pentacode_and_steiner_words():
    assert (len(best_code()), pairwise_distances(best_code()).min()) == (40, 4)
    assert (len(julin_code()), pairwise_distances(julin_code()).min()) == (144, 4)
    assert Counter((julin_code() < 0).sum(axis=1).tolist()) == {6: 132, 2: 6, 10: 6}


@pytest.mark.parametrize("bits", [5, 9, 13, 25, 29, 49, 81])
def test_conference_codes(bits):
    words = conference_code(bits)
    assert len(words) == 2 * (bits + 1)
    assert set(np.unique(words)) == {-1, 1}
    assert pairwise_distances(words).min() == (bits - 1) // 2


def test_small_families():
    assert all_words(3).tolist() == [list(word) for word in product((1, -1), repeat=3)]
    assert repetition(3).tolist() == [[1, 1, 1], [-1, -1, -1]]
    assert span(np.array([[1, 0, 1], [0, 1, 1]], dtype=np.uint8)).tolist() == [
        [1, 1, 1],
        [-1, 1, -1],
        [1, -1, -1],
        [-1, -1, 1],
    ]
    assert pairwise_distances(with_parity(all_words(5))).min() == 2
    assert Counter(pairwise_distances(signed_hadamard(12)).tolist()) == {6: 264, 12: 12}


def test_gray_map_keeps_lee_distances():
    symbols = np.array(list(product(range(4), repeat=2)))
    steps = (symbols[:, None] - symbols[None]) % 4
    assert np.array_equal(hamming_distance(gray_map(symbols), gray_map(symbols)), np.minimum(steps, 4 - steps).sum(2))


def test_orbits_are_closed_under_multiplication_by_x():
    assert orbit(1, (0b1011,)) == [0b001, 0b010, 0b100, 0b011, 0b110, 0b111, 0b101]
    assert orbit(0b1_01, (0b111, 0b11)) == [0b101, 0b110, 0b111]
    assert times_x(0, (0b1011, 0b11)) == 0


def test_a_hand_computed_quasi_cyclic_code():
    simplex = QuasiCyclic(bits=7, dimension=3, distance=4, moduli=(0b1011,), orbits=(1,))
    assert spectrum(simplex.words()) == {0: 1, 4: 7}


@pytest.mark.parametrize("code", stored_codes(), ids=lambda code: f"{code.bits}-{code.dimension}-{code.distance}")
def test_every_stored_code_is_what_it_says(code):
    words = code.words()
    assert words.shape == (2**code.dimension, code.bits)
    assert sorted(spectrum(words))[1] == code.distance
    assert len(np.unique(pack(words), axis=0)) == len(words)


def test_every_code_of_the_catalogue_is_what_it_says():
    for code in catalogue():
        if code.bits <= 64 and not code.name.startswith(("quasi", "rep")):
            words = code.words()
            assert words.shape == (code.size, code.bits)
            assert code.size > 2048 or pairwise_distances(words).min() == code.distance
