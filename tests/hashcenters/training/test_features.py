"""Features of frozen networks: encoded once, shared by parts, trainings and processes, mended where damaged."""

import errno
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from basics.errors import InputError
from basics.files import read_json, write_json
from hashcenters.centers.generate import make_centers
from hashcenters.models.network import Backbone
from hashcenters.sweep import GridPoint, collecting, sweep
from hashcenters.training import features
from hashcenters.training.checkpoint import load_tensors
from hashcenters.training.config import Recipe, TrainingConfig, freeze_centers
from hashcenters.training.features import Encoder, encode_rows, listening
from hashcenters.training.loop import make_optimiser
from hashcenters.training.run import (
    DiskFull,
    Run,
    WithNetwork,
    _frozen,
    _load_cached,
    _run_anew,
    build_objective,
    encode_ahead,
    find,
    frozen,
    keeps_network,
    load_data,
    run,
    run_key,
    trained_part,
)
from hashcenters.training.stored import encode_folder

CLASSES, PICTURES, SIZE = 3, 14, 32


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of noisy pictures of three colours."""
    root, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for label in range(CLASSES):
        folder = root / f"class{label}"
        folder.mkdir()
        for number in range(PICTURES):
            pixels = rng.integers(0, 100, (SIZE, SIZE, 3))
            pixels[..., label] += 120
            Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{number}.png")
    return root


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Blocks of four pictures, in a folder of their own."""
    monkeypatch.setattr(features, "BLOCK", 4)
    monkeypatch.setattr(features, "SECONDS", 0.0)
    monkeypatch.setenv("HASHCENTERS_FEATURES", str(tmp_path / "features"))
    _frozen.cache_clear()


def configuration(root: Path, **changes: object) -> TrainingConfig:
    """A training of the hash layer on a frozen network."""
    config = TrainingConfig(
        dataset="image-folder",
        dataset_options={"root": str(root), "size": SIZE, "top_k": 10},
        backbone="timm:test_efficientnet",
        head="csq-slim",
        bits=16,
        objective="central",
        centers=freeze_centers(make_centers("csq", 16, CLASSES, seed=0)),
        recipe=Recipe(epochs=2, lr=1e-3, batch_size=8),
        seed=0,
        trainable="head",
    )
    return replace(config, **changes)


class Counting(torch.nn.Module):
    """A network that remembers how many pictures it has seen."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        self.seen += len(inputs)
        return inputs.mean(dim=3).flatten(1)


def counting(root: Path) -> Encoder:
    """An encoder with a network that counts."""
    data = load_data("image-folder", configuration(root).dataset_options)
    return Encoder(Counting(), data, "counting", torch.device("cpu"))


def read_all(encoder: Encoder) -> dict[str, np.ndarray]:
    """The features of every part."""
    data = encoder.encoded()
    parts = {name: getattr(data, name) for name in ("train", "validation", "query", "database")}
    return {name: part.inputs.batch(np.arange(len(part))) for name, part in parts.items()}


def test_every_picture_is_encoded_once_and_every_part_has_its_own(pictures):
    encoder = counting(pictures)
    found = read_all(encoder)
    for name, rows in found.items():
        inputs = getattr(encoder.data, name).inputs
        expected = encode_rows(Counting(), inputs.batch(np.arange(len(inputs))), torch.device("cpu"))
        assert rows.dtype == np.float16
        assert np.array_equal(rows, expected), name
    shapes = 3  # files, whose first picture says how wide the features are; the database needs none of its own
    assert encoder.network.seen == CLASSES * PICTURES + shapes
    sizes = {file.stem: file.stat().st_size for file in encoder.folder().glob("*.f16")}
    assert sum(sizes.values()) == CLASSES * PICTURES * SIZE * 3 * 2


def test_what_was_encoded_is_found_by_another_process(pictures):
    first = read_all(counting(pictures))
    again = counting(pictures)
    for name, rows in read_all(again).items():
        assert np.array_equal(rows, first[name])
    assert again.network.seen == 0


def test_only_what_is_asked_for_is_encoded(pictures):
    encoder = counting(pictures)
    train = encoder.encoded().train
    train.inputs.batch(np.arange(3))
    assert [file.stem for file in encoder.folder().glob("*.f16")] == ["train"]
    assert encoder.network.seen == len(train) + 1


def damage_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[5 * SIZE * 3 * 2] ^= 1  # of the sixth picture
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "blocks"),
    [
        (damage_a_byte, 1),
        (lambda file: file.write_bytes(file.read_bytes()[: 9 * SIZE * 3 * 2]), -2),
        (lambda file: file.unlink(), 0),
        (lambda file: file.with_suffix(".json").write_text("{"), 0),
        (lambda file: file.with_suffix(".json").write_text("[]"), 0),
    ],
)
def test_what_is_damaged_and_nothing_else_is_encoded_again(pictures, damage, blocks):
    encoder = counting(pictures)
    first = read_all(encoder)
    number = len(first["train"])
    damage(encoder.folder() / "train.f16")
    again = counting(pictures)
    assert all(np.array_equal(rows, first[name]) for name, rows in read_all(again).items())
    expected = {0: number, -2: number - 8}.get(blocks, 4 * blocks)
    assert again.network.seen - expected in (0, 1)  # one more where the width is not known


def test_an_encoding_that_was_killed_goes_on(pictures, monkeypatch):
    def killed(network, rows, device, seen=[]):  # noqa: B006
        seen.append(len(rows))
        if len(seen) > 3:
            raise KeyboardInterrupt
        return encode_rows(network, rows, device)

    monkeypatch.setattr(features, "encode_rows", killed)
    with pytest.raises(KeyboardInterrupt):
        read_all(counting(pictures))
    monkeypatch.setattr(features, "encode_rows", encode_rows)
    encoder = counting(pictures)
    assert len(read_json(encoder.folder() / "train.json")["blocks"]) == 2
    train = encoder.encoded().train
    train.inputs.batch(np.arange(1))
    assert encoder.network.seen == len(train) - 8


def test_a_full_disk_is_said_in_one_line_and_leaves_nothing(pictures, monkeypatch):
    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    encoder = counting(pictures)
    with pytest.raises(InputError, match=r"cannot write features to .*train\.f16: No space left on device"):
        read_all(encoder)
    assert not list(encoder.folder().glob("*.f16"))
    assert not list(encoder.folder().glob("*.json"))


def test_two_that_want_the_same_wait_for_each_other(pictures):
    encoders = [counting(pictures) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(read_all, encoders)
    assert all(np.array_equal(rows, second[name]) for name, rows in first.items())
    assert (
        sorted(encoder.network.seen for encoder in encoders) == [0, CLASSES * PICTURES + 3]
        or sum(encoder.network.seen for encoder in encoders) == CLASSES * PICTURES + 3
    )


def test_progress_counts_pictures(pictures):
    lines = []
    with listening(lines.append):
        read_all(counting(pictures))
    assert lines[0].startswith("counting, train: 4 of ")
    assert lines[-1].startswith("counting, query: ")
    assert "/s, in " in lines[-1]


@pytest.mark.parametrize("trainable", ["head", "last-stage"])
def test_a_training_above_the_cut_keeps_what_it_has_changed_and_encodes_folders_as_before(
    pictures, tmp_path, trainable
):
    config = configuration(pictures, trainable=trainable)
    done = run(config, tmp_path / "test" / "runs")
    network, data = done.trained()
    names = set(network.state_dict())
    assert any(name.startswith("hash_layer.") for name in names)
    assert any(name.startswith("backbone.") for name in names) is (trainable == "last-stage")
    before = trained_part(config, None)[0].state_dict()
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    assert {name for name in names if name.endswith("weight")} <= changed
    outputs = network(torch.from_numpy(data.query.inputs.batch(np.arange(len(data.query)))).float())
    np.testing.assert_allclose(done.outputs("query"), outputs.detach().numpy(), atol=1e-5)


def test_rates_of_the_last_stage_are_the_two_of_the_papers(pictures):
    config = configuration(pictures, trainable="last-stage")
    network, _ = trained_part(config, None)
    stage, head = make_optimiser(network, build_objective(config, network), config.recipe).param_groups
    assert stage["params"]
    assert head["lr"] == 20 * stage["lr"]


def test_seeds_change_the_head_and_nothing_below_it(pictures):
    first, second = (trained_part(configuration(pictures, seed=seed), None) for seed in (0, 1))
    assert first[1] is second[1]
    weights = [network.hash_layer[0].weight for network, _ in (first, second)]
    assert not torch.equal(*weights)


def test_a_sweep_encodes_first_and_trainings_share_it(pictures, monkeypatch):
    seen = []
    monkeypatch.setattr(features.Features, "encode", lambda self: seen.append(len(self)))
    points = [GridPoint({}, configuration(pictures, seed=seed)) for seed in (0, 1)]
    runs = sweep(points, profile="test")["run"]
    assert len(seen) == 8
    assert not np.array_equal(runs[0].outputs("query"), runs[1].outputs("query"))


def test_a_classifier_for_category_features_needs_no_database(pictures, tmp_path):
    classes = {"head": "shc-classifier", "bits": CLASSES, "objective": "classification", "centers": None}
    config = configuration(pictures, **classes)
    encode_ahead([config], threads=1)
    run(config, tmp_path)
    folder = next((tmp_path / "features").iterdir())
    assert sorted(file.stem for file in folder.glob("*.f16")) == ["train", "validation"]


def has_network(done: Run) -> bool:
    """Whether the files of a finished training hold tensors of its network."""
    return any(name.startswith("network.") for name in load_tensors(done.folder / "state.safetensors")[0])


def test_a_hash_layer_alone_stays_only_where_it_is_asked_for_and_comes_back_as_it_was(pictures, tmp_path, caplog):
    config, root = configuration(pictures), tmp_path / "runs"
    kept, dropped = run(WithNetwork(**vars(config)), tmp_path / "other"), run(config, root)
    assert kept.folder.name == dropped.folder.name
    state, other = (load_tensors(one.folder / "state.safetensors")[0] for one in (dropped, kept))
    assert set(other) - set(state) == {f"network.{name}" for name in kept.network_tensors()}
    assert all(torch.equal(state[name], other[name]) for name in state)
    state, other = (load_tensors(one.folder / "outputs.safetensors")[0] for one in (dropped, kept))
    assert set(other) - set(state) == {"outputs.validation"}
    assert all(torch.equal(state[name], other[name]) for name in state)
    codes, outputs = dropped.codes("database"), dropped.outputs("query")
    assert np.array_equal(codes, kept.codes("database")) and np.array_equal(outputs, kept.outputs("query"))
    # whoever reads codes finds it finished, whoever asks for the network does not, until it has been trained again
    asked = WithNetwork(**vars(config))
    assert find(config, root) and find(asked, root) is None
    again = Run(config, dropped.folder).trained()[0].state_dict()
    assert f"{dropped.folder.name} has kept no network; it runs again" in caplog.text
    assert all(torch.equal(again[name], value) for name, value in kept.trained()[0].state_dict().items())
    assert find(asked, root)
    assert np.array_equal(codes, dropped.codes("database")) and np.array_equal(outputs, dropped.outputs("query"))


@pytest.mark.parametrize(
    "changes",
    [
        {"trainable": "last-stage"},
        {"trainable": "all"},
        {"device": "cuda"},
        {"head": "shc-classifier", "bits": CLASSES, "objective": "classification", "centers": None},
    ],
)
def test_every_other_network_stays(pictures, tmp_path, changes):
    config = configuration(pictures, **changes)
    assert keeps_network(config) and not keeps_network(configuration(pictures))
    if config.device == "cpu":
        assert has_network(run(config, tmp_path))


def test_a_network_that_code_or_data_have_left_behind_is_said_to_be_gone(pictures, tmp_path):
    done = run(configuration(pictures), tmp_path)
    other = done.folder.rename(done.folder.with_name("0" * 20))
    with pytest.raises(InputError, match="000 has kept no network, and its code or data have changed since"):
        Run(done.config, other).trained()
    assert [path.name for path in tmp_path.glob("*/config.json")] == ["config.json"]  # nothing was trained for it


def test_a_disk_that_is_full_is_said_where_a_network_comes_back(pictures, tmp_path, monkeypatch):
    done = run(configuration(pictures), tmp_path)

    def full(*given: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("hashcenters.training.run._run_anew", full)
    with pytest.raises(DiskFull, match="No space left on device"):
        done.network_tensors()


def test_two_that_ask_for_a_network_train_it_once(pictures, tmp_path, monkeypatch):
    done, trained = run(configuration(pictures), tmp_path), []

    def counted(*given: object, **options: object) -> None:
        trained.append(given)
        _run_anew(*given, **options)

    monkeypatch.setattr("hashcenters.training.run._run_anew", counted)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: done.network_tensors(), range(2))
    assert len(trained) == 1 and all(torch.equal(first[name], second[name]) for name in first)


def test_a_network_whose_data_are_gone_is_said_to_be_gone(pictures, tmp_path):
    done = run(configuration(shutil.copytree(pictures, tmp_path / "mine")), tmp_path / "runs")
    shutil.rmtree(tmp_path / "mine")
    _load_cached.cache_clear()
    with pytest.raises(InputError, match=f"{done.folder.name} has kept no network, and cannot run again: root must be"):
        done.trained()


def test_a_training_that_comes_to_other_outputs_keeps_what_it_has(pictures, tmp_path, monkeypatch):
    done = run(configuration(pictures), tmp_path)
    files = {path.name: path.read_bytes() for path in done.folder.iterdir()}

    def disturbed(*given: object) -> object:
        network, data = trained_part(*given)
        with torch.no_grad():
            next(network.parameters()).add_(0.01)
        return network, data

    monkeypatch.setattr("hashcenters.training.run.trained_part", disturbed)
    with pytest.raises(InputError, match="has kept no network, and comes to other outputs on this machine"):
        done.network_tensors()
    assert {path.name: path.read_bytes() for path in done.folder.iterdir()} == files


def test_a_plain_point_of_a_grid_takes_no_network_from_another(pictures, tmp_path, monkeypatch):
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path))
    first, second = configuration(pictures), configuration(pictures, seed=1)
    points = [GridPoint({"point": place}, one) for place, one in enumerate([WithNetwork(**vars(first)), first, second])]
    found = sweep(points, profile="test")["run"]
    assert [done.folder.name for done in found] == [run_key(first), run_key(first), run_key(second)]
    assert has_network(found[0])
    with collecting() as asked:
        sweep(points[:1], profile="test")
        sweep(points[1:2], profile="test")
    assert [type(config) for config in asked.values()] == [WithNetwork]


def test_a_training_that_was_killed_before_it_dropped_its_network_does_so_when_it_is_found(pictures, tmp_path):
    config = configuration(pictures)
    whole = run(WithNetwork(**vars(config)), tmp_path)
    note = read_json(whole.folder / "config.json")
    write_json(whole.folder / "config.json", {name: value for name, value in note.items() if name != "sha256"})
    run(config, tmp_path)
    assert read_json(whole.folder / "config.json") == note
    assert not has_network(whole)


def test_codes_of_a_folder_are_those_of_the_training(pictures, tmp_path, monkeypatch):
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path))
    done = run(configuration(pictures), tmp_path / "test" / "runs")
    encode_folder(done.folder.name, pictures, tmp_path / "codes.npz", profile="test")
    stored = np.load(tmp_path / "codes.npz")
    rows = {str(path): row for row, path in enumerate(stored["paths"])}
    data = load_data("image-folder", done.config.dataset_options)
    again = stored["codes"][[rows[path] for path in data.query.ids]]
    clear = np.abs(done.outputs("query")) > 0.05  # others may fall either way in half precision
    assert np.array_equal(again[clear], done.codes("query")[clear])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"trainable": "some"}, "trainable must be one of"),
        ({"recipe": Recipe(augment="flip-crop")}, "with trainable head augment must be none"),
    ],
)
def test_a_training_that_cannot_be_is_refused(pictures, changes, said):
    with pytest.raises(InputError, match=said):
        configuration(pictures, **changes)


def test_a_network_without_stages_cannot_be_cut_at_its_last(pictures):
    config = configuration(pictures, backbone="resnet-narrow", trainable="last-stage")
    with pytest.raises(InputError, match="must be head or all for this backbone, got 'last-stage'"):
        frozen(config, None)


def test_another_network_weights_or_pictures_have_another_folder(pictures):
    encoder = counting(pictures)
    scaled = counting(pictures)
    scaled.network.register_buffer("scale", torch.ones(1))
    others = [
        scaled,
        replace(encoder, label="another"),
        replace(encoder, data=replace(encoder.data, fingerprint="another")),
        replace(encoder, network=torch.nn.Sequential(encoder.network, Backbone(torch.nn.Identity(), 1))),
    ]
    folders = {encoder.folder(), *(other.folder() for other in others)}
    assert len(folders) == 5
    assert counting(pictures).folder() == encoder.folder()


def test_trainings_without_a_quarter_of_the_classes_share_the_features_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, rng = tmp_path / "pictures", np.random.default_rng(0)
    for label in range(8):
        (root / f"class{label}").mkdir(parents=True)
        for number in range(6):
            pixels = rng.integers(0, 256, (SIZE, SIZE, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(root / f"class{label}" / f"{number}.png")
    every = configuration(root, centers=freeze_centers(make_centers("csq", 16, 8, seed=0)))
    encode_ahead([every], threads=1)
    kept = {file: file.read_bytes() for file in (tmp_path / "features").rglob("*.f16")}
    monkeypatch.setattr(features, "encode_rows", None)  # nothing is encoded again
    some = replace(every, dataset_options=dict(every.dataset_options) | {"unseen": 1}, centers=every.centers[:6])
    encode_ahead([some], threads=1)
    finished = run(some, tmp_path / "runs")
    data, whole = load_data(some.dataset, some.dataset_options), frozen(every, None)[2]
    assert finished.codes("query").shape == (len(data.query), 16)
    rows = np.array([list(whole.query.ids).index(name) for name in data.query.ids])
    assert np.array_equal(
        finished.trained()[1].query.inputs.batch(np.arange(len(rows))), whole.query.inputs.batch(rows)
    )
    assert {file: file.read_bytes() for file in (tmp_path / "features").rglob("*.f16")} == kept
