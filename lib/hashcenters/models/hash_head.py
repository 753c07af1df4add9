"""What sits on a backbone: the hash layers of both documents, and the heads that classify."""

from collections import OrderedDict

import numpy as np
import torch
from jaxtyping import Float, Num
from torch import Tensor, nn

from basics.errors import InputError, one_of
from basics.source import by_name

SLIM = 512


def csq_head(feature_dim: int, bits: int) -> nn.Sequential:
    """Three fully-connected layers, feature_dim → feature_dim → feature_dim → bits, ReLU between, tanh at the end.

    The widths are those of the authors' code, which also drops out half of the first layer on a ResNet (not on
    an AlexNet); the document names neither widths nor dropout, and there is none here.

    Source: CSQ supplement, §3.1, step 2.
    """
    return nn.Sequential(
        nn.Linear(feature_dim, feature_dim),
        nn.ReLU(),
        nn.Linear(feature_dim, feature_dim),
        nn.ReLU(),
        nn.Linear(feature_dim, bits),
        nn.Tanh(),
    )


def slim_csq_head(feature_dim: int, bits: int) -> nn.Sequential:
    """`csq_head` with layers of at most 512 units, for features that do not change."""
    width = min(SLIM, feature_dim)
    return nn.Sequential(nn.Linear(feature_dim, width), nn.ReLU(), *csq_head(width, bits)[2:])


def shc_head(feature_dim: int, bits: int) -> nn.Sequential:
    """One linear layer (weights from N(0, 0.01²), bias 0), batch normalisation, tanh.

    Source: SHC main text, hash layer; initial weights as in its released code.
    """
    linear = nn.Linear(feature_dim, bits)
    nn.init.normal_(linear.weight, std=0.01)
    nn.init.zeros_(linear.bias)
    return nn.Sequential(linear, nn.BatchNorm1d(bits), nn.Tanh())


class ExpectedCenter(nn.Module):
    """Probabilities of the classes, and the center that is expected by them: bit k is Σ_j p_j h_jk.

    With ±1 centers, (1 + u_k) / 2 is the probability that bit k of the sample's center is 1, which L_C takes u for.
    Where one class is certain the code is its center; where a few are likely it is their weighted majority.

    Args:
        classifier: features to a logit a class.
        centers: ±1, one row a class.
    """

    def __init__(self, classifier: nn.Linear, centers: Num[Tensor, "num_classes bits"]) -> None:
        super().__init__()
        self.linear = classifier
        self.register_buffer("centers", centers.float())

    def forward(self, features: Float[Tensor, "n feature_dim"]) -> Float[Tensor, "n bits"]:
        probabilities = self.linear(features).double().softmax(dim=1)  # so that 1 − |u| is right where it is small
        return (probabilities @ self.centers.double()).float()


def expected_head(feature_dim: int, centers: Num[np.ndarray, "num_classes bits"]) -> nn.Sequential:
    """One linear layer to a probability a class, and the center that is expected by them.

    Source: ours; the code of an estimated class is what Sablayrolles et al. 2017 hold against hash codes.
    """
    return nn.Sequential(ExpectedCenter(nn.Linear(feature_dim, len(centers)), torch.as_tensor(centers)))


def classifier_head(feature_dim: int, num_classes: int) -> nn.Sequential:
    """One linear layer, called `linear`, that gives a logit a class."""
    return nn.Sequential(OrderedDict(linear=nn.Linear(feature_dim, num_classes)))


def shc_classifier_head(feature_dim: int, num_classes: int) -> nn.Sequential:
    """The layer `linear`, whose rows are SHC's category features, and batch normalisation of the logits.

    Source: SHC main text, category features; batch normalisation as in its released code.
    """
    linear = nn.Linear(feature_dim, num_classes)
    return nn.Sequential(OrderedDict(linear=linear, norm=nn.BatchNorm1d(num_classes)))


HEADS = {
    "csq": csq_head,
    "csq-slim": slim_csq_head,
    "shc": shc_head,
    "classifier": classifier_head,
    "shc-classifier": shc_classifier_head,
}


EXPECTED = "expected"  # the head that needs the centers themselves


@by_name("HEADS")
def make_head(
    name: str, feature_dim: int, outputs: int, *, centers: Num[np.ndarray, "num_classes bits"] | None = None
) -> nn.Sequential:
    """The head called `name`, a key of `HEADS` or "expected", with as many outputs as bits or classes.

    Args:
        name: of the head.
        feature_dim: features that it takes.
        outputs: bits or classes.
        centers: ±1, one row a class; only "expected" reads them.

    Raises:
        InputError: an unknown name, fewer than one output, or centers that are missing or of another length.
    """
    if outputs < 1:
        raise InputError(f"a head needs at least 1 output, got {outputs}")
    if one_of(name, (*HEADS, EXPECTED), "head") != EXPECTED:
        return HEADS[name](feature_dim, outputs)
    if centers is None or centers.shape[1] != outputs:
        shape = None if centers is None else centers.shape
        raise InputError(f"head {EXPECTED} needs centers of {outputs} bits, got {shape}")
    return expected_head(feature_dim, centers)
