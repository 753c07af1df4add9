"""A definition that differs from the library's fails the notebook; sources are shown without their docstrings."""

import numpy as np
import pytest
import torch

from basics.errors import InputError
from hashcenters.losses.repmet import repmet_loss
from workbook.literate import same_as_library, show


@pytest.mark.parametrize(
    ("ours", "library"),
    [
        (torch.tensor([1.0, 2.0], requires_grad=True), np.array([1, 2])),
        ([torch.tensor(1.0), torch.tensor(2.0)], [1, 2]),
        (np.array([True, False]), [1, 0]),
        (0.1 + 0.2, 0.3),
    ],
)
def test_equal_values_make_one_line(ours, library):
    shown = same_as_library("S.1", ours, library)
    assert repr(shown).startswith("S.1: the definition above and the library's function agree on ")
    assert repr(shown).endswith(", equal within 1e-09.") and "\n" not in repr(shown)


@pytest.mark.parametrize(
    ("ours", "library", "message"),
    [
        ([1.0, -2.0], [1.0, 2.0], r"S.1: expected 2 as .* at \(1,\), got -2 \(1 of 2 values differ\)"),
        ([1.0, np.nan], [1.0, np.nan], "got nan"),
        (1.0 + 2e-9, 1.0, "expected 1 as"),
        ([1.0], 1.0, r"of shape \(\), got \(1,\)"),
        ([], [], "of shape"),
    ],
)
def test_anything_else_fails(ours, library, message):
    with pytest.raises(InputError, match=message):
        same_as_library("S.1", ours, library)


def test_a_tolerance_of_zero_asks_for_equality():
    assert repr(same_as_library("n", [3], [3], tolerance=0)).endswith("on 1 value, exactly.")
    with pytest.raises(InputError):
        same_as_library("n", 0.1 + 0.2, 0.3, tolerance=0)


def test_shown_source_has_a_body_and_no_docstring():
    text = repr(show(repmet_loss))
    assert text.startswith("hashcenters.losses.repmet.repmet_loss\ndef repmet_loss(")
    assert "relu(nearest_own" in text and '"""' not in text and "Args:" not in text


def test_a_function_without_a_docstring_is_shown_whole():
    def double(x):
        return 2 * x

    assert repr(show(double)).splitlines()[1:] == ["def double(x):", "    return 2 * x"]
