"""DPN's greedy codes: each keeps the distance that was asked for when it was taken."""

import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.centers import greedy
from hashcenters.codes import hamming_distance, pairwise_distances


def test_two_codes_differ_in_61_percent_of_the_bits():
    for seed in range(5):
        assert pairwise_distances(greedy.greedy_centers(64, 2, seed=seed)).min() >= 0.61 * 64


def test_the_share_falls_and_never_below_what_is_asked(monkeypatch):
    """A code's distance to those before it never grows by more than the share allows, and the last share is kept."""
    codes = greedy.greedy_centers(32, 60, seed=0)
    nearest = [hamming_distance(codes[i : i + 1], codes[:i]).min() for i in range(1, len(codes))]
    assert nearest[0] >= 20 > nearest[-1] == min(nearest) >= 32 * 0.2
    monkeypatch.setattr(greedy, "LAST", 45)
    with pytest.raises(
        InputError, match="fewer than 60 codes of 32 bits were found 45 % of the bits apart; use coding"
    ):
        greedy.greedy_centers(32, 60, seed=0)


def test_more_tries_keep_codes_farther_apart(monkeypatch):
    patient = pairwise_distances(greedy.greedy_centers(32, 80, seed=0)).min()
    monkeypatch.setattr(greedy, "TRIES", 500)
    assert pairwise_distances(greedy.greedy_centers(32, 80, seed=0)).min() < patient


def test_greedy_codes_are_plain_codes():
    codes = greedy.greedy_centers(16, 50, seed=2)
    assert codes.dtype == np.int8 and set(np.unique(codes)) == {-1, 1}
    assert not (codes == codes[0]).all(axis=1)[1:].any()
