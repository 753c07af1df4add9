"""CIFAR-10, CIFAR-100 and Fashion-MNIST, read from disk by torchvision (which checks their MD5 sums)."""

import hashlib
from functools import partial
from pathlib import Path

import numpy as np

from basics.errors import InputError
from hashcenters.datasets.assemble import Found, finish
from hashcenters.datasets.inputs import digests
from hashcenters.datasets.protocol import Listing, draw_parts, find_protocol, resolve_root
from hashcenters.datasets.splits import ArrayInputs, HashingData
from shelf.papers.lists import official_split

FOLDERS = {"cifar10": "cifar-10", "cifar100": "cifar-100", "fashion-mnist": "fashion-mnist"}
SHAPES = {"cifar10": (3, 32, 32), "cifar100": (3, 32, 32), "fashion-mnist": (1, 28, 28)}  # of their pictures


def read_set(name: str, root: Path) -> tuple[np.ndarray, np.ndarray, int, list[str]]:
    """Images (n, channels, height, width), labels, number of official training images, class names.

    Raises:
        InputError: files are missing or damaged.
    """
    from torchvision import datasets

    kind = {"cifar10": datasets.CIFAR10, "cifar100": datasets.CIFAR100, "fashion-mnist": datasets.FashionMNIST}[name]
    try:
        train, test = (kind(str(root), train=side, download=False) for side in (True, False))
    except RuntimeError as error:
        raise InputError(f"{root} must hold {name}: {error}; run .venv/bin/hashcenters data download {name}") from error
    images = np.concatenate([np.asarray(part.data) for part in (train, test)])
    images = images[:, None] if images.ndim == 3 else images.transpose(0, 3, 1, 2)
    labels = np.concatenate([np.asarray(part.targets, np.int64) for part in (train, test)])
    return np.ascontiguousarray(images), labels, len(train), list(train.classes)


def load_torchvision(
    *, data: str, root: Path | None = None, protocol: str | None = None, validation: float = 0.1, seed: int = 0
) -> HashingData:
    """One of the sets that torchvision reads, in memory at its own size.

    Args:
        data: `cifar10`, `cifar100` or `fashion-mnist`.
        root: folder that torchvision reads; default `cifar-10/`, `cifar-100/`, `fashion-mnist/` below the data root.
        protocol: see `hashcenters data info NAME`.
        validation: share of the training split to draw for validation, 0–0.5.
        seed: of the draws.
    """
    chosen = find_protocol(protocol, data=data)
    root = resolve_root(root, FOLDERS[data])
    images, labels, official_train, classes = read_set(data, root)
    trained = [row < official_train for row in range(len(labels))]
    names = [f"{'train' if own else 'test'}/{row}" for row, own in enumerate(trained)]
    every = Listing(tuple(names), labels)
    draw = partial(draw_parts, protocol=chosen, seed=seed, class_names=classes)
    return finish(
        Found(draw(every) if chosen.draw else official_split(every, trained), classes, root),
        lambda rows: ArrayInputs(images[rows]),
        names,
        protocol=chosen,
        digest=hashlib.sha256(images).hexdigest(),
        keys=digests(images),
        validation=validation,
        seed=seed,
    )


load_cifar10 = partial(load_torchvision, data="cifar10")
load_cifar100 = partial(load_torchvision, data="cifar100")
load_fashion_mnist = partial(load_torchvision, data="fashion-mnist")
