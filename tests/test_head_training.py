"""The prototypes of the benchmark of hash layers take the steps of the library's own loop."""

import numpy as np
import pytest
import torch

from benchmarks import head_training as heads
from hashcenters.datasets.splits import ArrayInputs
from hashcenters.models.hash_head import make_head
from hashcenters.training.loop import train

POOL = heads.random_pool(70, 20, dim=48)  # the last batch has 6 rows
EPOCHS = 2


def config(seed: int = 0):
    """A training of few epochs, whose rate falls between them."""
    return heads.made_up_config(16, seed, epochs=EPOCHS, lr_decay_epochs=1)


def weights(network: torch.nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


@pytest.fixture(scope="module")
def library() -> list[tuple[torch.Tensor, list[float]]]:
    """Weights and losses of the library's trainings of three seeds."""
    found = []
    for seed in range(3):
        start = heads.Training(config(seed), POOL)
        history, _ = train(config(seed), start.network, start.objective, POOL.train, POOL.validation)
        found.append((weights(start.network), [row["loss"] for row in history]))
    return found


def after(training: heads.Training | heads.SideBySide) -> tuple[list[torch.Tensor], list[float]]:
    losses = [training.whole_epoch(number) for number in range(EPOCHS)]
    return [weights(network) for network in training.networks()], losses


EXACT = {
    "as it is": {},
    "widened": {"batches": heads.Widened},
    "copied": {"batches": heads.Copied},
    "shuffled": {"batches": heads.Shuffled},
    "kept gradients": {"keep_gradients": True},
}


@pytest.mark.parametrize("change", EXACT)
def test_what_changes_no_number_ends_with_the_same_bits(change: str, library: list) -> None:
    found, losses = after(heads.Training(config(), POOL, **EXACT[change]))
    assert torch.equal(found[0], library[0][0]) and losses == library[0][1]


@pytest.mark.parametrize("seeds", [1, 3])
def test_a_step_by_hand_is_the_librarys_up_to_rounding(seeds: int, library: list) -> None:
    found, losses = after(heads.SideBySide([config(seed) for seed in range(seeds)], POOL))
    for own, (expected, _) in zip(found, library[:seeds], strict=True):
        torch.testing.assert_close(own, expected, rtol=0, atol=2e-5)
    means = np.mean([loss for _, loss in library[:seeds]], axis=0)
    np.testing.assert_allclose(losses, means, rtol=1e-6)


def test_a_head_keeps_its_first_weights_where_the_library_has_as_many() -> None:
    torch.manual_seed(0)
    ours = heads.head_on(config(), 512)
    torch.manual_seed(0)
    assert torch.equal(weights(ours), weights(make_head("csq-slim", 512, 16)))
    assert heads.head_on(config(), 48)[0].out_features == 512


def test_a_projection_keeps_distances_in_the_space_that_it_spans() -> None:
    found, first = heads.projected(POOL, 48), heads.projected(POOL, 10)
    before, after = (pool.train.inputs.array.astype(float) for pool in (POOL, found))
    difference = before[:10] - before[10:20], after[:10] - after[10:20]
    np.testing.assert_allclose(*(np.linalg.norm(part, axis=1) for part in difference), rtol=1e-3)
    np.testing.assert_allclose(first.train.inputs.array, found.train.inputs.array[:, :10], atol=2e-3)
    assert np.all(np.diff(after.var(axis=0)) < 1e-3)  # the widest axis first


def test_coins_take_either_picture_and_throw_anew_in_every_epoch() -> None:
    array = POOL.train.inputs.array
    coins = heads.Coins(POOL.train, heads.CPU, other=-array)
    order = torch.arange(len(array)).split(64)
    epochs = [torch.cat([rows for rows, _ in coins.stream(order)]).numpy() for _ in range(2)]
    signs = [np.sign(epoch.sum(axis=1)) for epoch in epochs]
    assert all(np.array_equal(epoch * sign[:, None], array) for epoch, sign in zip(epochs, signs, strict=True))
    assert {*signs[0]} == {-1, 1} and not np.array_equal(*signs)


def test_a_crop_is_a_part_of_its_picture_scaled_up_and_the_same_each_time() -> None:
    across = np.broadcast_to(np.arange(0, 256, 4, dtype=np.uint8), (5, 3, 64, 64))  # grows by 4 a pixel from the left
    crops = heads.Viewed(ArrayInputs(np.ascontiguousarray(across)), heads.cropped)
    found = crops.batch(np.arange(5)).astype(float)
    assert found.shape == across.shape
    slopes, starts = np.diff(found[:, 0, 0, 4:-4], axis=1).mean(axis=1), found[:, 0, 0, 0] / 4
    np.testing.assert_allclose(slopes, 4 * 7 / 8, atol=0.05)
    assert 0 <= starts.min() < starts.max() <= 8.5
    assert np.array_equal(crops.batch(np.array([3])), crops.batch(np.arange(5))[3:4])
