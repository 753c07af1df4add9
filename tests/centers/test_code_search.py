import numpy as np
import pytest
from basics.errors import InputError
from hashcenters.centers.code_search import find_code
from hashcenters.codes import pairwise_distances


@pytest.mark.parametrize(
    ("bits", "distance", "moduli"),
    [
        (7, 4, (0b1011,)),
        (15, 7, (0b10011, 0b11)),
        (33, 14, (0b11010001,)),
        (37, 14, (3, 3, 7, 7, 7, 7)),
        (51, 24, (0b100111001,)),
    ],
)
def test_found_codes_are_what_they_say(bits, distance, moduli):
    found = next(code for seed in range(40) if (code := find_code(bits, distance, moduli=moduli, seed=seed)))
    words = found.words()
    assert words.shape == (2**found.dimension, bits)
    assert pairwise_distances(words).min() == found.distance >= distance


def test_symmetry_of_a_found_code():
    found = find_code(51, 24, moduli=(0b100111001,), seed=0)
    generator = found.generator().reshape(8, 3, 17)
    words = {word.tobytes() for word in found.words()}
    turned = np.roll(generator, 1, axis=2).reshape(8, 51)
    assert all((1 - 2 * row.astype(np.int8)).tobytes() in words for row in turned)


def test_what_cannot_exist_is_not_found():
    assert find_code(7, 5, moduli=(0b1011,), seed=0, steps=50) is None
    assert find_code(8, 4, moduli=(0b1011,), seed=0) is None


@pytest.mark.parametrize("moduli", [(0b110,), (), (2**13 + 1,)])
def test_bad_moduli(moduli):
    with pytest.raises(InputError, match="moduli must have"):
        find_code(20, 4, moduli=moduli, seed=0)
