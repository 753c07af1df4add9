"""What trainings are said to cost before they or their data are there."""

from dataclasses import replace

import numpy as np
import pytest
from jaxtyping import TypeCheckError
from torch import nn

from basics.errors import InputError
from chapters import hooks
from chapters.costs import Blank, cost_of, costs, network_cost, stand_in, standing_in
from hashcenters.datasets import registry
from hashcenters.models.factory import BACKBONES
from hashcenters.models.hash_head import make_head
from hashcenters.models.network import Backbone
from hashcenters.training.config import TrainingConfig
from hashcenters.training.run import load_data, run
from workbook.runner.freshness import size_of


def test_a_layer_costs_what_a_hand_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = Backbone(nn.Sequential(nn.Flatten(), nn.Linear(48, 7, device="meta"), nn.ReLU()), 7)
    head = nn.Sequential(nn.Linear(7, 5, device="meta"), nn.Tanh())
    monkeypatch.setattr("chapters.costs.make_backbone", lambda *_, **__: layers)
    monkeypatch.setattr("chapters.costs.make_head", lambda *_, **__: head)
    encoding, forwards, parameters, left = network_cost.__wrapped__("made up", "shc", 5, (3, 4, 4))
    assert (encoding, forwards, parameters) == (0, 2 * (48 * 7 + 7 * 5), 48 * 7 + 7 + 7 * 5 + 5)
    assert left == (48 + 7 + 5) * 4  # what the layers take, 7 numbers of both kept once, and what tanh gives


def test_networks_are_counted_without_being_computed() -> None:
    _, forwards, parameters, left = network_cost("resnet50", "csq", 64, (3, 224, 224))
    assert forwards == pytest.approx(8.2e9, rel=0.02)  # docs/scaling.md: 24.3 both ways, a third of it forwards
    assert parameters == pytest.approx(32.0e6, rel=0.01)
    assert left > 50e6


def test_what_is_frozen_is_encoded_once_for_all(cell: TrainingConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = replace(cell, backbone="timm:tf_efficientnet_lite0@64", dataset="scenes", weights="none")
    frozen = replace(frozen, backbone_from=None, trainable="head", dataset_options={}, centers=None)
    colour = replace(
        load_data("scenes", {}), train=replace(load_data("scenes", {}).train, inputs=Blank(2000, (3, 64, 64)))
    )
    monkeypatch.setattr("chapters.costs.load_data", lambda *_: colour)
    made = make_head("csq", 1280, frozen.bits)
    encoding, forwards, parameters, _ = network_cost(frozen.backbone, "csq", frozen.bits, (3, 64, 64), "head")
    assert parameters == sum(one.numel() for one in made.parameters())
    assert forwards == 2 * sum(one.numel() for one in made.parameters() if one.ndim == 2)
    assert encoding == pytest.approx(2 * 31.7e6, rel=0.05)  # 0.39 billion products at 224 pixels
    below, above, *_ = network_cost(frozen.backbone, "csq", frozen.bits, (3, 64, 64), "last-stage")
    assert below < encoding and below + above == encoding + forwards
    with_it, without = costs({"one": frozen, "two": replace(frozen, seed=1)}).values()
    assert with_it["seconds"] > 2 * without["seconds"]
    assert cost_of(replace(frozen, trainable="all")).seconds > 10 * without["seconds"]


def test_a_training_takes_the_disk_that_was_said(cell: TrainingConfig, tmp_path: object) -> None:
    said = cost_of(cell)
    assert size_of(run(cell, tmp_path).folder) == pytest.approx(said.disk, rel=0.35)
    longer = cost_of(replace(cell, recipe=replace(cell.recipe, epochs=4)))
    assert said.seconds < longer.seconds < 2 * said.seconds + 1e-9
    assert cost_of(replace(cell, device="cuda")).where == "on one GPU at 100 TFLOP/s (assumed)"


@pytest.mark.parametrize(
    ("name", "options", "shape", "labels"),
    [
        ("imagenet-100", {"crop": 224}, (3, 224, 224), (13_000,)),
        ("coco", {"crop": 224}, (3, 224, 224), (10_000, 80)),
        ("hmdb51", {}, (3, 16, 256, 256), None),
        ("cifar10", {"root": ""}, (3, 32, 32), (5_000,)),
        ("cifar100", {}, (3, 32, 32), (50_000,)),
        ("fashion-mnist", {}, (1, 28, 28), (60_000,)),
    ],
)
def test_data_that_are_not_there_are_stood_in_for(
    name: str, options: dict, shape: tuple, labels: tuple | None, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("HASHCENTERS_DATA", str(tmp_path))
    load = registry.load
    with standing_in():
        data = registry.load(name, **options)
        assert registry.load("digits100").protocol == load_data("digits100", {}).protocol
    assert registry.load is load
    assert data.train.inputs.batch(np.arange(2)).shape[1:] == shape
    assert labels is None or data.train.labels.shape == labels
    assert len(data.validation) and data.num_classes == registry.find_entry(name).num_classes
    with pytest.raises(InputError):
        registry.load(name, **options)


def test_networks_of_clips_are_told_from_those_of_pictures(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("HASHCENTERS_DATA", str(tmp_path))
    named = [name for name, entry in registry.registry().items() if entry.reader and entry.num_classes]
    with standing_in():
        shapes = {name: registry.load(name).train.inputs.batch(np.arange(1)).shape[1:] for name in named}
    assert {*hooks.CLIPS} == {name for name, shape in shapes.items() if len(shape) == 4}
    shapes = {False: (3, 64, 64), True: (3, 16, 64, 64)}
    for name in BACKBONES.keys() - {"timm"}:
        of_clips = name.startswith(hooks.OF_CLIPS)
        assert network_cost(name, "csq", 16, shapes[of_clips])
        with pytest.raises((RuntimeError, TypeCheckError)):
            network_cost(name, "csq", 16, shapes[not of_clips])


def test_own_pictures_cannot_be_stood_in_for() -> None:
    with pytest.raises(InputError, match="no sizes are named"):
        stand_in("image-folder", root="/nowhere")


def test_the_authors_files_are_named_once() -> None:
    assert len(list(hooks.ways_to(["csq-official", "shc-official"]))) == 1
    assert list(hooks.ways_to([])) == []
