"""The interface the training loop calls: parts, targets, center updates, state, bad names."""

import numpy as np
import pytest
import torch
from torch import nn

from basics.errors import InputError
from hashcenters.losses import factory
from hashcenters.losses.central import central_loss
from hashcenters.losses.classification import ClassificationObjective
from hashcenters.losses.factory import OBJECTIVES, make_objective
from hashcenters.losses.objective import CenterObjective
from hashcenters.losses.pairwise import released_pairwise_loss
from hashcenters.losses.quantization import quantization_loss
from hashcenters.losses.targets import binary_targets, membership

CENTERS = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1]], dtype=np.int8)
LABELS = torch.tensor([0, 1, 1, 2, 0])
ROWS = torch.tensor([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 1], [0, 1, 0]], dtype=torch.uint8)


@pytest.fixture
def outputs() -> torch.Tensor:
    return (torch.rand((5, 4), generator=torch.Generator().manual_seed(1)) * 2 - 1).requires_grad_()


PARTS = {
    "central": {"central", "quantization", "pairwise"},
    "face": {"central", "quantization", "center"},
    "magnet": {"central", "quantization"},
    "embedding": {"classification", "center", "quantization"},
    "repmet": {"central", "quantization", "margin"},
    "semantic": {"semantic", "quantization"},
}


def test_every_objective_is_tried_here() -> None:
    assert set(PARTS) | {"classification"} == set(OBJECTIVES)


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("labels", [LABELS, ROWS], ids=["single", "multi"])
def test_parts_are_finite_scalars_with_a_gradient(name: str, labels: torch.Tensor, outputs) -> None:
    objective = make_objective(name, CENTERS)
    if name == "semantic" and labels.ndim == 2:
        with pytest.raises(InputError, match="single labels"):
            objective(outputs, labels)
        return
    parts = objective(outputs, labels)
    assert set(parts) == PARTS[name] | {"loss"}
    assert all(part.ndim == 0 and torch.isfinite(part) for part in parts.values())
    parts["loss"].backward()
    assert torch.isfinite(outputs.grad).all() and outputs.grad.abs().sum() > 0


def test_joint_loss_adds_up(outputs) -> None:
    parts = make_objective("central", CENTERS, lambda_quantization=0.3, lambda_pairwise=0.7)(outputs, LABELS)
    expected = (
        central_loss(outputs, torch.as_tensor(CENTERS).float()[LABELS])
        + 0.3 * quantization_loss(outputs, form="squared")
        + 0.7 * released_pairwise_loss(outputs, LABELS)
    )
    torch.testing.assert_close(parts["loss"], expected)


def test_weight_zero_leaves_a_part_out(outputs) -> None:
    parts = make_objective("central", CENTERS, central_weight=0, lambda_quantization=0)(outputs, LABELS)
    assert set(parts) == {"loss", "pairwise"}


def test_targets_of_single_labels_are_their_centers() -> None:
    targets = make_objective("central", CENTERS).targets(LABELS)
    assert torch.equal(targets, torch.as_tensor(CENTERS).float()[LABELS])


def test_targets_of_several_labels_are_majorities_with_shared_ties() -> None:
    centers = torch.as_tensor(CENTERS).float()
    ties = torch.tensor([-1.0, -1.0, 1.0, -1.0])
    expected = [[1, -1, 1, -1], [1, 1, 1, 1], [1, 1, 1, -1], [1, 1, -1, -1], [1, -1, 1, -1]]
    assert binary_targets(ROWS, centers, ties).tolist() == expected


def test_ties_are_one_vector_of_plus_and_minus_one() -> None:
    wide = np.ones((2, 64), dtype=np.int8)
    first, same = (make_objective(name, wide).ties for name in ("central", "repmet"))
    assert set(first.tolist()) == {-1.0, 1.0}
    assert torch.equal(first, same)


@pytest.mark.parametrize("name", ["face", "magnet", "repmet", "embedding"])
def test_learned_centers_take_csq_s_quantization_or_the_text_s(name: str, outputs) -> None:
    for form, options in (("squared", {}), ("log-cosh", {"quantization_form": "log-cosh"})):
        parts = make_objective(name, CENTERS, lambda_quantization=0.3, **options)(outputs, LABELS)
        without = make_objective(name, CENTERS, lambda_quantization=0.0, **options)
        without.load_state_dict(make_objective(name, CENTERS).state_dict())
        assert torch.equal(parts["quantization"], quantization_loss(outputs, form=form))
        if name != "embedding":  # whose layer starts at random
            added = parts["loss"] - without(outputs, LABELS)["loss"]
            torch.testing.assert_close(added, 0.3 * parts["quantization"])


def test_face_recognition_tells_classes_apart_and_its_centers_follow(outputs) -> None:
    objective = make_objective("embedding", CENTERS, lambda_center=0.5, step=0.25, lambda_quantization=0.1)
    parts = objective(outputs, LABELS)
    logits = outputs @ objective.classifier.weight.T + objective.classifier.bias
    classified = torch.nn.functional.cross_entropy(logits, LABELS)
    pull = (outputs - torch.as_tensor(CENTERS).float()[LABELS]).square().sum() / 10
    total = classified + 0.5 * pull + 0.1 * quantization_loss(outputs, form="squared")
    torch.testing.assert_close(parts["loss"], total)
    assert {name for name, _ in objective.named_parameters()} == {"classifier.weight", "classifier.bias"}
    same = make_objective("face", CENTERS, step=0.25)
    for moved in (objective, same):
        moved.after_step(outputs.detach(), LABELS)
    assert torch.equal(objective.centers, same.centers)


def test_repmet_centers_start_small_and_go_as_far_as_they_are_told(outputs) -> None:
    objective = make_objective("repmet", CENTERS, start=0.1, stride=4.0)
    assert torch.equal(objective.centers.detach(), 0.1 * torch.as_tensor(CENTERS).float())
    optimizer = torch.optim.SGD(objective.parameters(), lr=0.01)
    for _ in range(3):
        before = objective.centers.detach().clone()
        objective(outputs.detach(), LABELS)["margin"].backward()
        optimizer.step()
        step = objective.centers.detach() - before
        assert step.abs().max() > 0
        objective.after_step(outputs.detach(), LABELS)
        torch.testing.assert_close(objective.centers.detach(), before + 4 * step)
        optimizer.zero_grad()


def test_face_centers_move_by_their_step(outputs) -> None:
    objective = make_objective("face", CENTERS, step=0.5)
    objective.after_step(outputs, LABELS)
    own = outputs.detach()[[0, 4]]
    start = torch.ones(4)
    step = (2 * start - own.sum(dim=0)) / 3
    torch.testing.assert_close(objective.centers[0], start - 0.5 * step)


def test_magnet_centers_are_batch_means_and_absent_ones_stay(outputs) -> None:
    objective = make_objective("magnet", CENTERS)
    objective.after_step(outputs[:3], LABELS[:3])
    torch.testing.assert_close(objective.centers[1], outputs.detach()[1:3].mean(dim=0))
    assert torch.equal(objective.centers[2], torch.as_tensor(CENTERS[2]).float())


def test_repmet_centers_learn_from_the_margin_alone_and_stay_in_the_box(outputs) -> None:
    objective = make_objective("repmet", CENTERS)
    assert [name for name, _ in objective.named_parameters()] == ["centers"]
    optimizer = torch.optim.SGD(objective.parameters(), lr=10.0)
    parts = objective(outputs, LABELS)
    (gradient,) = torch.autograd.grad(parts["central"] + parts["margin"] * 0, objective.centers)
    assert torch.equal(gradient, torch.zeros(3, 4))
    objective(outputs, LABELS)["loss"].backward()
    optimizer.step()
    assert objective.centers.abs().max() > 1
    objective.after_step(outputs, LABELS)
    assert objective.centers.abs().max() <= 1


@pytest.mark.parametrize("name", ["central", "semantic"])
def test_fixed_centers_stay(name: str, outputs) -> None:
    objective = make_objective(name, CENTERS)
    objective.after_step(outputs, LABELS)
    assert torch.equal(objective.centers, torch.as_tensor(CENTERS).float())
    assert list(objective.parameters()) == []


@pytest.mark.parametrize("name", PARTS)
def test_centers_survive_a_checkpoint(name: str, outputs) -> None:
    objective = make_objective(name, CENTERS)
    objective.after_step(outputs, LABELS)
    other = make_objective(name, -CENTERS)
    other.load_state_dict(objective.state_dict())
    assert torch.equal(objective.centers, other.centers)
    assert not other.centers.requires_grad or name == "repmet"


def test_the_caller_s_centers_are_not_changed(outputs) -> None:
    centers = torch.as_tensor(CENTERS).float()
    objective = make_objective("magnet", centers)
    objective.after_step(outputs, LABELS)
    assert torch.equal(centers, torch.as_tensor(CENTERS).float())


@pytest.mark.parametrize("name", PARTS)
def test_half_precision_outputs_are_computed_in_float32(name: str, outputs) -> None:
    assert make_objective(name, CENTERS)(outputs.bfloat16(), LABELS)["loss"].dtype == torch.float32


class DistanceObjective(CenterObjective):
    """A loss of one's own: the squared distance to the center."""

    def __init__(self, centers, *, weight: float = 1.0) -> None:
        super().__init__(centers)
        self.weight = weight

    def parts(self, outputs, labels):
        return {"distance": (self.weight, (outputs - self.targets(labels)).square().mean())}


def test_a_new_loss_is_a_class_and_a_row_of_the_table(monkeypatch, outputs) -> None:
    monkeypatch.setitem(factory.OBJECTIVES, "distance", f"{__name__}:DistanceObjective")
    parts = make_objective("distance", CENTERS, weight=0.5)(outputs, LABELS)
    expected = (outputs - torch.as_tensor(CENTERS).float()[LABELS]).square().mean()
    torch.testing.assert_close(parts["distance"], expected)
    torch.testing.assert_close(parts["loss"], expected / 2)
    with pytest.raises(InputError, match="'distance' takes weight, got lambda_pairwise"):
        make_objective("distance", CENTERS, lambda_pairwise=1)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("csq", {}, "one of central, face, magnet, embedding, repmet, semantic, classification, got 'csq'"),
        ("face", {"lambda_pairwise": 1.0}, "'face' takes .*lambda_center.*, got lambda_pairwise"),
        (
            "central",
            {"central_weight": 0, "lambda_quantization": 0, "lambda_pairwise": 0},
            "a weight other than 0",
        ),
    ],
)
def test_bad_objectives_are_refused(name: str, options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_objective(name, CENTERS, **options)


def test_multi_hot_labels_of_another_width_are_refused() -> None:
    with pytest.raises(InputError, match="must have 3 columns, got 2"):
        membership(ROWS[:, :2], 3)


def test_missing_or_surplus_ingredients_are_refused() -> None:
    with pytest.raises(InputError, match="'central' needs hash centers, got None"):
        make_objective("central", None)
    with pytest.raises(InputError, match="needs a network with a classifier"):
        make_objective("classification", None)
    with pytest.raises(InputError, match="takes weight_quantization, got lambda_pairwise"):
        make_objective("classification", None, lambda_pairwise=1)


class Network(nn.Module):
    """As much of a network as classification needs."""

    def __init__(self) -> None:
        super().__init__()
        self.hash_layer = nn.Sequential()
        self.hash_layer.linear = nn.Linear(6, 3)


def test_classification_is_cross_entropy_with_the_head_penalty() -> None:
    network = Network()
    head = network.hash_layer.linear
    logits = head(torch.ones(5, 6))
    plain = make_objective("classification", None, network=network)(logits, LABELS)
    assert set(plain) == {"loss", "classification"}
    torch.testing.assert_close(plain["loss"], nn.functional.cross_entropy(logits, LABELS))
    objective = make_objective("classification", None, network=network, weight_quantization=2)
    assert list(objective.parameters()) == [] and objective.state_dict() == {}
    parts = objective(logits, LABELS)
    penalty = (head.weight.abs() - 1).square().mean()
    torch.testing.assert_close(parts["loss"], plain["loss"] + 2 * penalty)
    objective(logits, ROWS)["loss"].backward()
    assert head.weight.grad.abs().sum() > 0


def test_classification_of_several_labels_is_binary_cross_entropy() -> None:
    logits = torch.tensor([[0.0, 2.0, -2.0]], dtype=torch.float64)
    expected = (np.log(2) + np.log1p(np.exp(-2)) + np.log1p(np.exp(-2))) / 3
    objective = ClassificationObjective(nn.Linear(6, 3))
    loss = objective(logits, torch.tensor([[1, 1, 0]], dtype=torch.uint8))["loss"]
    assert loss.item() == pytest.approx(expected)
