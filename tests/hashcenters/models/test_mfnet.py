"""The multi-fiber network against its paper: parameters, operations, sizes of the stages."""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from hashcenters.models.factory import make_network
from hashcenters.models.mfnet import MFNet, MultiFiberUnit, narrow_mfnet


@pytest.fixture(scope="module")
def published() -> MFNet:
    with torch.device("meta"):
        return MFNet()


def test_parameters_with_400_classes_are_the_published_eight_million(published: MFNet) -> None:
    classifier = 768 * 400 + 400
    assert sum(p.numel() for p in published.parameters()) + classifier == 7_996_368


def test_operations_are_the_published_11_1_billion(published: MFNet) -> None:
    with FlopCounterMode(display=False) as counter:
        published(torch.empty(1, 3, 16, 224, 224, device="meta"))
    # the paper counts a multiplication and its addition as one operation; the convolutions alone have 11.05
    assert counter.get_total_flops() / 2e9 == pytest.approx(11.1, abs=0.06)


def test_stages_have_the_published_sizes(published: MFNet) -> None:
    outputs = published.stage_outputs(torch.empty(2, 3, 16, 224, 224, device="meta"))
    assert [tuple(output.shape) for output in outputs] == [
        (2, 16, 16, 56, 56),
        (2, 96, 8, 56, 56),
        (2, 192, 8, 28, 28),
        (2, 384, 8, 14, 14),
        (2, 768, 8, 7, 7),
    ]
    assert [len(stage) for stage in published.stages] == [3, 4, 6, 3]


def test_published_network_runs_on_a_small_clip() -> None:
    torch.manual_seed(0)
    network = make_network("mfnet", 64, in_channels=3).eval()
    with torch.inference_mode():
        outputs = network(torch.randn(1, 3, 16, 32, 32))
    assert outputs.shape == (1, 64) and torch.isfinite(outputs).all() and outputs.abs().max() <= 1


def test_fibers_do_not_mix_in_a_unit_s_own_convolutions() -> None:
    unit = MultiFiberUnit(8, 8, groups=4).eval()
    for parameter in unit.multiplexer.parameters():
        nn.init.zeros_(parameter)
    clip = torch.randn(1, 8, 4, 5, 5)
    other = clip.clone()
    other[:, 2:4] += 1.0
    difference = (unit(other) - unit(clip)).abs().amin(dim=(0, 2, 3, 4)) > 0
    assert difference.tolist() == [False, False, True, True, False, False, False, False]


def test_the_multiplexer_mixes_the_fibers() -> None:
    torch.manual_seed(0)
    unit = MultiFiberUnit(8, 8, groups=4).eval()
    clip = torch.randn(1, 8, 4, 5, 5)
    other = clip.clone()
    other[:, 2:4] += 1.0
    assert ((unit(other) - unit(clip)).abs().amax(dim=(0, 2, 3, 4)) > 0).all()


@pytest.mark.parametrize("side", [16, 20, 24, 32])
def test_narrow_network_is_small_and_all_of_it_learns(side: int) -> None:
    network = narrow_mfnet(1)
    assert sum(p.numel() for p in network.parameters()) <= 150_000
    features = network(torch.randn(4, 1, 16, side, side))
    assert features.shape == (4, network.feature_dim)
    features.square().sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in network.parameters())


def test_order_of_frames_matters() -> None:
    torch.manual_seed(0)
    network = narrow_mfnet(1).eval()
    clip = torch.randn(1, 1, 16, 20, 20)
    assert not torch.allclose(network(clip), network(clip.flip(2)))


def test_gradients_are_bit_identical_on_one_thread() -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    gradients = []
    for _ in range(2):
        torch.manual_seed(0)
        network = make_network("mfnet-narrow", 16, in_channels=1)
        network(torch.randn(8, 1, 16, 16, 16)).square().sum().backward()
        gradients.append([parameter.grad for parameter in network.parameters()])
    torch.set_num_threads(threads)
    assert all(torch.equal(a, b) for a, b in zip(*gradients, strict=True))
