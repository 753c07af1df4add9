"""The heads: layers, widths, range of the outputs."""

import pytest
import torch
from torch import nn

from basics.errors import InputError
from hashcenters.models.hash_head import HEADS, make_head


def test_csq_head_has_three_fully_connected_layers_and_tanh() -> None:
    head = make_head("csq", 12, 4)
    assert [type(layer) for layer in head] == [
        nn.Linear,
        nn.ReLU,
        nn.Linear,
        nn.ReLU,
        nn.Linear,
        nn.Tanh,
    ]
    assert [layer.weight.shape for layer in head if isinstance(layer, nn.Linear)] == [
        (12, 12),
        (12, 12),
        (4, 12),
    ]


def test_shc_head_is_one_layer_with_batch_normalisation() -> None:
    torch.manual_seed(0)
    linear, norm, last = make_head("shc", 500, 64)
    assert linear.weight.std().item() == pytest.approx(0.01, rel=0.02)
    assert not linear.bias.any()
    assert norm.num_features == 64 and isinstance(last, nn.Tanh)


@pytest.mark.parametrize("name", ["csq", "shc"])
def test_hash_outputs_lie_between_minus_one_and_one(name: str) -> None:
    outputs = make_head(name, 6, 8)(torch.randn(10, 6) * 100)
    assert outputs.shape == (10, 8) and outputs.abs().max() <= 1


@pytest.mark.parametrize("name", ["classifier", "shc-classifier"])
def test_classifiers_hold_one_row_a_class(name: str) -> None:
    head = make_head(name, 6, 3)
    assert head.linear.weight.shape == (3, 6)
    assert head(torch.randn(5, 6)).shape == (5, 3)


@pytest.mark.parametrize(
    ("name", "outputs", "message"),
    [("mlp", 8, f"one of {', '.join(HEADS)}, got 'mlp'"), ("csq", 0, "at least 1 output, got 0")],
)
def test_bad_heads_are_refused(name: str, outputs: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_head(name, 6, outputs)
