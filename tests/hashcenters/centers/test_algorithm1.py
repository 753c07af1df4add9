import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.centers.algorithm1 import bernoulli_centers, csq_centers, csq_rule
from hashcenters.centers.hadamard import double_hadamard

SIZES = [
    (16, 10, "H_K"),
    (16, 16, "H_K"),
    (16, 17, "H_2K"),
    (16, 32, "H_2K"),
    (16, 33, "Bernoulli"),
    (48, 10, "Bernoulli"),
    (64, 100, "H_2K"),
]


@pytest.mark.parametrize(("bits", "num_classes", "rule"), SIZES)
def test_rule_and_centers_agree(bits, num_classes, rule):
    assert csq_rule(bits, num_classes) == rule
    centers = csq_centers(bits, num_classes, seed=4)
    if rule == "Bernoulli":
        assert np.array_equal(centers, bernoulli_centers(bits, num_classes, seed=4))
    else:
        rows = double_hadamard(bits)[: bits if rule == "H_K" else 2 * bits]
        assert all((rows == center).all(axis=1).any() for center in centers)


@pytest.mark.parametrize(("bits", "num_classes"), [(16, 1), (3, 9), (0, 2)])
def test_bad_sizes(bits, num_classes):
    with pytest.raises(InputError):
        csq_centers(bits, num_classes, seed=0)
