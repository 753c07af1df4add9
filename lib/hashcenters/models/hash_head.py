"""What sits on a backbone: the hash layers of both documents, and the heads that classify."""

from collections import OrderedDict

from torch import nn

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


@by_name("HEADS")
def make_head(name: str, feature_dim: int, outputs: int) -> nn.Sequential:
    """The head called `name`, a key of `HEADS`, with as many outputs as bits or classes.

    Raises:
        InputError: an unknown name, or fewer than one output.
    """
    if outputs < 1:
        raise InputError(f"a head needs at least 1 output, got {outputs}")
    return HEADS[one_of(name, HEADS, "head")](feature_dim, outputs)
