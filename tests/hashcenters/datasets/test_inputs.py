"""Files as inputs: batches, the bounded cache, unreadable files, reading ahead."""

from pathlib import Path

import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.datasets import inputs as module
from hashcenters.datasets.inputs import FileInputs, Selected, batches
from hashcenters.datasets.splits import ArrayInputs, Inputs

SHAPE = (1, 2, 2)


class Counted:
    """A decoder that fills a square with the number in the file's name and counts its calls."""

    def __init__(self, broken: tuple[int, ...] = ()) -> None:
        self.calls: list[int] = []
        self.broken = broken

    def __call__(self, path: Path) -> np.ndarray:
        number = int(path.name)
        self.calls.append(number)
        if number in self.broken:
            raise OSError(f"bad\nbytes {number}")
        return np.full(SHAPE, number, np.uint8)


def files(decode: Counted, count: int = 10, **options: object) -> FileInputs:
    return FileInputs([Path(str(number)) for number in range(count)], decode, SHAPE, **options)


@pytest.mark.parametrize("workers", [1, 3])
def test_batches_come_in_the_order_asked_for(workers: int) -> None:
    inputs = files(Counted(), workers=workers)
    assert isinstance(inputs, Inputs)
    assert len(inputs) == 10
    batch = inputs.batch(np.array([7, 0, 7]))
    assert batch.shape == (3, *SHAPE)
    assert batch.dtype == np.uint8
    assert batch[:, 0, 0, 0].tolist() == [7, 0, 7]
    assert inputs.batch(np.array([], np.int64)).shape == (0, *SHAPE)


def test_cache_holds_no_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "memory_bytes", lambda: 10 * 4 * 2)  # room for ten at a share of one half
    decode = Counted()
    inputs = files(decode, count=20, cache=0.5)
    for _ in range(2):
        assert inputs.batch(np.arange(20))[:, 0, 0, 0].tolist() == list(range(20))
    assert sorted(decode.calls) == sorted([*range(20), *range(10, 20)])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cache": 1.5}, "cache must be a share"),
        ({"cache": -0.1}, "cache"),
        ({"workers": 0}, "workers must be"),
    ],
)
def test_bad_options(options: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        files(Counted(), **options)


def test_unreadable_files_are_listed_together_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 4)
    inputs = files(Counted(broken=(2, 5)))
    assert inputs.unreadable() == {2: "bad bytes 2", 5: "bad bytes 5"}
    with pytest.raises(
        InputError, match=r"2 unreadable files: 2 \(bad bytes 2\); 5 \(bad bytes 5\); corrupt=.skip"
    ) as error:
        inputs.batch(np.arange(10))
    assert "\n" not in str(error.value)
    with pytest.raises(InputError, match=r"30 unreadable files: .* and 10 more"):
        files(Counted(broken=tuple(range(30))), count=30).batch(np.arange(30))


def test_selected_shares_the_cache() -> None:
    decode = Counted()
    inputs = files(decode, cache=0.5)
    first, second = Selected(inputs, np.array([3, 4])), Selected(inputs, np.array([4, 3]))
    assert first.batch(np.arange(2))[:, 0, 0, 0].tolist() == [3, 4]
    assert second.batch(np.arange(2))[:, 0, 0, 0].tolist() == [4, 3]
    assert len(second) == 2
    assert sorted(decode.calls) == [3, 4]


def test_reading_ahead_keeps_the_order_and_ends_early() -> None:
    array = ArrayInputs(np.arange(12, dtype=np.uint8).reshape(12, 1, 1, 1))
    order = [np.array([i, 11 - i]) for i in range(6)]
    assert [batch.ravel().tolist() for batch in batches(array, order)] == [[i, 11 - i] for i in range(6)]
    stream = batches(array, order)
    assert next(stream).ravel().tolist() == [0, 11]
    stream.close()


def test_reading_ahead_passes_errors_on() -> None:
    with pytest.raises(InputError, match="1 unreadable files: 1"):
        list(batches(files(Counted(broken=(1,))), [np.array([0]), np.array([1])]))
