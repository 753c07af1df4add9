"""Every definition that notebook 03 writes down is its library function's, and no other sign or constant would do."""

import pytest
from notebook_code import definitions, run_definitions

from basics.errors import InputError

CHANGES = {
    "distance": ("(c.shape[1] - (c[i]", "(c.shape[1] + (c[i]"),
    "pairs": ("np.triu_indices(len(c), 1)", "np.triu_indices(len(c), 0)"),
    "Plotkin, odd m": ("(m - m // 2)", "(m // 2)"),
    "Plotkin, parity": ("for extra in (0, 1)", "for extra in (0, 0)"),
    "Gilbert–Varshamov, centers": ("(m - 1) * sum", "m * sum"),
    "Gilbert–Varshamov, radius": ("for i in range(d)", "for i in range(d + 1)"),
    "Eq. 2, sign": ("/ (high - low) - 1)", "/ (high - low) + 1)"),
    "Eq. 2, others": ("np.where(same, np.nan, s)", "s"),
    "objective": ("h.T - t)[different]", "h.T - t)"),
    "centroid": ("np.sign(votes))", "-np.sign(votes))"),
    "centroid, ties": ("votes == 0", "votes == 2"),
}


def test_every_definition_agrees_with_the_library():
    assert definitions("03_centers").gilbert_varshamov(64, 100) == 23


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_sign_or_constant_stops_the_notebook(change: tuple[str, str]):
    with pytest.raises(InputError, match="the library's function gives"):
        run_definitions("03_centers", change=change)
