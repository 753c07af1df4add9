"""The heads: layers, widths, range of the outputs."""

import numpy as np
import pytest
import torch
from torch import nn

from basics.errors import InputError
from hashcenters.losses.central import central_loss
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
    [
        ("expected", 8, "head expected needs centers of 8 bits, got None"),
        ("mlp", 8, f"one of {', '.join(HEADS)}, expected, got 'mlp'"),
        ("csq", 0, "at least 1 output, got 0"),
    ],
)
def test_bad_heads_are_refused(name: str, outputs: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_head(name, 6, outputs)


CENTERS = np.array([[1, 1, -1], [1, -1, -1]], np.int8)


def test_the_expected_center_is_the_mean_of_centers_by_their_probability() -> None:
    head = make_head("expected", 2, 3, centers=CENTERS)
    (layer,) = head
    with torch.no_grad():
        layer.linear.weight.copy_(torch.eye(2))
        layer.linear.bias.zero_()
    features = torch.tensor([[np.log(3.0), 0.0], [0.0, 0.0], [50.0, 0.0]], dtype=torch.float32)
    assert head(features).tolist() == [pytest.approx([1, 0.5, -1]), pytest.approx([1, 0, -1]), [1, 1, -1]]


def test_its_bits_are_probabilities_that_central_loss_reads() -> None:
    head = make_head("expected", 4, 3, centers=CENTERS)
    features, labels = torch.randn(20, 4), torch.arange(20) % 2
    chance = head[0].linear(features).softmax(dim=1)
    words = torch.from_numpy(CENTERS)
    same = (words[None] == words[labels][:, None]).float()  # sample, class, bit
    right = torch.einsum("nj,njk->nk", chance, same)
    assert central_loss(head(features), words[labels].float()).item() == pytest.approx(-right.log().mean().item())


def test_centers_of_another_length_are_refused_and_move_with_no_step() -> None:
    with pytest.raises(InputError, match=r"needs centers of 4 bits, got \(2, 3\)"):
        make_head("expected", 6, 4, centers=CENTERS)
    head = make_head("expected", 6, 3, centers=CENTERS)
    assert [name for name, _ in head.named_parameters()] == ["0.linear.weight", "0.linear.bias"]
    assert "0.centers" in head.state_dict()
