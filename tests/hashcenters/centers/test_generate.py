import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.centers.generate import GENERATORS, make_centers


@pytest.mark.parametrize("method", GENERATORS)
def test_every_method_makes_centers_that_depend_on_the_seed_alone(method):
    first, again, other = (make_centers(method, 32, 20, seed=seed) for seed in (0, 0, 1))
    assert first.shape == (20, 32)
    assert first.dtype == np.int8
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_an_unknown_method_is_named():
    with pytest.raises(InputError, match=r"csq, hadamard, bernoulli, balanced, dpn, mds, coding, got 'random'"):
        make_centers("random", 16, 4, seed=0)
