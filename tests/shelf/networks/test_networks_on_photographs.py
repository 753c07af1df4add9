"""Pre-trained networks on real photographs: tensors in the wrong order, or other scaling, recognise far fewer."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from timm.data import ImageNetInfo

from basics.paths import data_root
from hashcenters.models.factory import make_network
from hashcenters.models.network import HashNetwork
from hashcenters.models.weights import read_weights
from hashcenters.training.features import encode_rows
from hashcenters.training.transforms import IMAGENET_MEAN, IMAGENET_STD
from shelf.networks.timm_networks import PACKAGES
from shelf.papers.tiny_imagenet import decode_photograph, read_classes, read_val

ROOT = data_root() / "tiny-imagenet-200"
A_CLASS = 3  # photographs

pytestmark = pytest.mark.skipif(
    not (ROOT / "val" / "val_annotations.txt").is_file(), reason="the photographs of Tiny-ImageNet are not there"
)


@pytest.fixture(scope="module")
def accuracy() -> Callable[[HashNetwork], float]:
    """The share of photographs whose class has the largest output among the 100 retrieval classes.

    The 1,000 outputs stand in the order of the sorted WordNet ids.
    """
    wnids = read_classes(ROOT, odd=False, classes=None)
    photographs = read_val(ROOT, wnids)
    rng = np.random.default_rng(0)
    own = [rng.choice(np.flatnonzero(photographs.labels == label), A_CLASS, False) for label in range(len(wnids))]
    chosen = photographs.take(np.concatenate(own))
    pixels = np.stack([decode_photograph(ROOT / path, size=64) for path in chosen.paths])
    outputs = [ImageNetInfo("imagenet-1k").label_names().index(wnid) for wnid in wnids]

    def share(network: HashNetwork) -> float:
        rows = encode_rows(network, pixels, torch.device("cpu"))
        return float((rows[:, outputs].argmax(axis=1) == chosen.labels).mean())

    return share


@pytest.fixture(params=sorted(PACKAGES))
def classifier(request: pytest.FixtureRequest) -> HashNetwork:
    """Each network whose weights are a package, at 128 pixels, its own classifier as the head."""
    name = f"timm:{request.param}@128"
    network = make_network(name, 1000, in_channels=3, head="classifier", weights="imagenet").eval()
    weight, bias = list(read_weights(PACKAGES[request.param].file()).values())[-2:]
    network.hash_layer.linear.load_state_dict({"weight": weight, "bias": bias})
    return network


def test_photographs_are_recognised_and_with_other_scaling_fewer_are(classifier, accuracy):
    right = accuracy(classifier)
    assert right > 0.55
    classifier.backbone.prepared.expect(IMAGENET_MEAN, IMAGENET_STD)
    assert accuracy(classifier) < right - 0.05


def test_two_tensors_in_the_wrong_order_recognise_far_fewer(classifier, accuracy):
    tensors = classifier.backbone.layers.state_dict()
    weight, bias = "blocks.2.1.bn1.weight", "blocks.2.1.bn1.bias"
    swapped = {weight: tensors[bias].clone(), bias: tensors[weight].clone()}
    classifier.backbone.layers.load_state_dict({**tensors, **swapped})
    assert accuracy(classifier) < 0.3
