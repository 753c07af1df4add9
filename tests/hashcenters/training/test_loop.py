"""Batches on their way to the device: read ahead from files, in memory from the start, the same numbers either way."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from hashcenters.centers.generate import make_centers
from hashcenters.datasets.inputs import FileInputs
from hashcenters.datasets.splits import ArrayInputs, Split
from hashcenters.losses.factory import make_objective
from hashcenters.models.factory import make_network
from hashcenters.training import loop
from hashcenters.training.config import Recipe, TrainingConfig
from hashcenters.training.loop import Batches, encode, make_optimiser, train_epoch

RECIPE = Recipe(epochs=1, lr=1e-3, head_factor=1.0, batch_size=4, augment="flip-crop")
CONFIG = TrainingConfig("generated", "alexnet-narrow", "csq", 16, "central", RECIPE, seed=0)
CPU = torch.device("cpu")


def in_memory(count: int = 13) -> Split:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (count, 1, 16, 16), dtype=np.uint8)
    return Split(ArrayInputs(pixels), np.arange(count) % 4, np.arange(count).astype(str))


def in_files(split: Split) -> Split:
    """The same, decoded one by one."""
    paths = [Path(str(number)) for number in range(len(split))]
    decode = lambda path: split.inputs.array[int(path.name)]  # noqa: E731
    return replace(split, inputs=FileInputs(paths, decode, (1, 16, 16), workers=2))


@pytest.mark.parametrize("files", [False, True])
def test_batches_come_in_order_with_their_labels(files: bool) -> None:
    split = in_memory()
    order = torch.randperm(13, generator=torch.Generator().manual_seed(0)).split(5)
    streamed = list(Batches(in_files(split) if files else split, CPU).stream(order))
    assert [len(labels) for _, labels in streamed] == [5, 5, 3]
    for indices, (inputs, labels) in zip(order, streamed, strict=True):
        assert np.array_equal(inputs, split.inputs.array[indices])
        assert np.array_equal(labels, split.labels[indices])


def trained(split: Split) -> tuple[dict[str, float | int], np.ndarray]:
    """The history row of an epoch, and the outputs after it."""
    torch.manual_seed(0)
    network = make_network("alexnet-narrow", 16, in_channels=1)
    objective = make_objective("central", make_centers("csq", 16, 4, seed=0))
    batches = Batches(split, CPU)
    row = train_epoch(network, objective, make_optimiser(network, objective, RECIPE), batches, CONFIG, 0)
    return row, encode(network, batches)


def test_an_epoch_from_files_gives_the_same_bits() -> None:
    split = in_memory()
    (row, outputs), (file_row, file_outputs) = trained(split), trained(in_files(split))
    assert row == file_row
    assert outputs.tobytes() == file_outputs.tobytes()


class Watched:
    """Inputs that say when their second batch is asked for."""

    def __init__(self) -> None:
        self.second = threading.Event()

    def __len__(self) -> int:
        return 3

    def batch(self, indices: np.ndarray) -> np.ndarray:
        if indices[0] == 1:
            self.second.set()
        return np.zeros((1, 1, 2, 2), np.uint8)


def test_the_next_batch_is_read_while_one_is_used() -> None:
    inputs = Watched()
    split = Split(inputs, np.arange(3), np.arange(3).astype(str))
    stream = Batches(split, CPU).stream(torch.arange(3).split(1))
    next(stream)
    assert inputs.second.wait(timeout=60)
    stream.close()


def test_what_lies_in_memory_needs_no_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "batches", None)
    assert len(list(Batches(in_memory(), CPU).stream(torch.arange(13).split(4)))) == 4
    with pytest.raises(TypeError):
        list(Batches(in_files(in_memory()), CPU).stream(torch.arange(13).split(4)))
