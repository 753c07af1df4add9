"""Checkpoints come back as they were written, and a damaged one is noticed."""

import pytest
import torch

from basics.errors import InputError
from hashcenters.training.checkpoint import load_tensors, moments_of, restore_moments, save_tensors, set_aside


@pytest.fixture
def stored(tmp_path):
    path = tmp_path / "state.safetensors"
    save_tensors(path, {"a": torch.arange(6.0).view(2, 3), "b": torch.tensor(3)}, {"epoch": 2, "losses": [0.5]})
    return path


def test_round_trip(stored):
    tensors, note = load_tensors(stored)
    assert torch.equal(tensors["a"], torch.arange(6.0).view(2, 3))
    assert tensors["b"].item() == 3
    assert note == {"epoch": 2, "losses": [0.5]}


@pytest.mark.parametrize("damage", ["cut", "flip", "foreign", "empty"])
def test_a_damaged_file_is_noticed(stored, damage):
    content = bytearray(stored.read_bytes())
    if damage == "flip":
        content[-1] ^= 1
    stored.write_bytes({"cut": content[:-3], "flip": content, "foreign": b"\x80\x04K\x01.", "empty": b""}[damage])
    with pytest.raises(InputError, match=r"state\.safetensors"):
        load_tensors(stored)


def test_a_changed_note_is_noticed(stored):
    content = stored.read_bytes().replace(b"0.5", b"0.4")
    stored.write_bytes(content)
    with pytest.raises(InputError, match="checksum differs"):
        load_tensors(stored)


def test_set_aside_keeps_the_file(stored):
    aside = set_aside(stored)
    assert aside.exists()
    assert not stored.exists()


@pytest.mark.parametrize("optimiser", [torch.optim.Adam, torch.optim.SGD, torch.optim.RMSprop])
def test_an_optimiser_goes_on_as_if_nothing_had_happened(tmp_path, optimiser):
    options = {"momentum": 0.9} if optimiser is torch.optim.SGD else {}

    def steps(weight, made, count):
        for _ in range(count):
            made.zero_grad()
            (weight**2).sum().backward()
            made.step()

    straight = torch.nn.Parameter(torch.ones(3))
    made = optimiser([straight], lr=0.1, **options)
    steps(straight, made, 2)
    save_tensors(tmp_path / "o.safetensors", moments_of(made))
    resumed = torch.nn.Parameter(straight.detach().clone())
    again = optimiser([resumed], lr=0.1, **options)
    restore_moments(again, load_tensors(tmp_path / "o.safetensors")[0])
    steps(straight, made, 3)
    steps(resumed, again, 3)
    assert torch.equal(straight, resumed)
