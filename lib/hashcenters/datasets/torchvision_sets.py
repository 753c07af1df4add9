"""CIFAR-10, CIFAR-100 and Fashion-MNIST, read from disk by torchvision (which checks their MD5 sums)."""

from pathlib import Path

import numpy as np
from basics.errors import InputError

from hashcenters.datasets.assemble import assemble_arrays
from hashcenters.datasets.lists import Listing
from hashcenters.datasets.protocol import Protocol, draw_per_class, find_protocol, resolve_root
from hashcenters.datasets.splits import HashingData

FOLDERS = {"cifar10": "cifar-10", "cifar100": "cifar-100", "fashion-mnist": "fashion-mnist"}


def read_set(name: str, root: Path) -> tuple[np.ndarray, np.ndarray, int, list[str]]:
    """Images (n, channels, height, width), labels, number of official training images, class names.

    Raises:
        InputError: files are missing or damaged.
    """
    from torchvision import datasets

    kind = {
        "cifar10": datasets.CIFAR10,
        "cifar100": datasets.CIFAR100,
        "fashion-mnist": datasets.FashionMNIST,
    }[name]
    try:
        train, test = (kind(str(root), train=side, download=False) for side in (True, False))
    except RuntimeError as error:
        raise InputError(
            f"{root} must hold {name}: {error}; run: python -m hashcenters.datasets download {name}"
        ) from error
    images = np.concatenate([np.asarray(part.data) for part in (train, test)])
    images = images[:, None] if images.ndim == 3 else images.transpose(0, 3, 1, 2)
    labels = np.concatenate([np.asarray(part.targets, np.int64) for part in (train, test)])
    return np.ascontiguousarray(images), labels, len(train), list(train.classes)


def draw_parts(
    labels: np.ndarray, official_train: int, protocol: Protocol, *, seed: int, class_names: list[str]
) -> dict[str, np.ndarray]:
    """Rows of query, train and database: drawn from all images where the protocol draws, else the official split."""
    every = np.arange(len(labels))
    if not protocol.draw:
        train = every[:official_train]
        return {"train": train, "query": every[official_train:], "database": train}
    rng = np.random.default_rng(seed)
    chosen = {}
    pool = every
    for part in ("query", "train"):
        counts = [protocol.draw[part]] * len(class_names)
        chosen[part] = draw_per_class(labels, counts, pool=pool, rng=rng, class_names=class_names, part=part)
        pool = np.setdiff1d(pool, chosen[part])
    without_train = protocol.draw.get("database") == "without train"
    return chosen | {"database": pool if without_train else np.setdiff1d(every, chosen["query"])}


def load_torchvision(
    *,
    data: str,
    root: str | Path | None = None,
    protocol: str | None = None,
    validation: float = 0.1,
    seed: int = 0,
) -> HashingData:
    """One of the sets that torchvision reads, in memory at its own size.

    Args:
        data: `cifar10`, `cifar100` or `fashion-mnist`.
        root: folder that torchvision reads; default `cifar-10/`, `cifar-100/`, `fashion-mnist/` below the data root.
        protocol: see `python -m hashcenters.datasets info NAME`.
        validation: share of the training split to draw for validation, 0–0.5.
        seed: of the draws.
    """
    chosen = find_protocol(protocol, data=data)
    images, labels, official_train, class_names = read_set(data, resolve_root(root, FOLDERS[data]))
    rows = draw_parts(labels, official_train, chosen, seed=seed, class_names=class_names)
    names = [f"{'train' if row < official_train else 'test'}/{row}" for row in range(len(labels))]
    every = Listing(tuple(names), labels)
    return assemble_arrays(
        images,
        names,
        {part: every.take(chosen_rows) for part, chosen_rows in rows.items()},
        protocol=chosen,
        class_names=class_names,
        validation=validation,
        seed=seed,
    )


def load_cifar10(
    *, root: str | Path | None = None, protocol: str | None = None, validation: float = 0.1, seed: int = 0
) -> HashingData:
    """CIFAR-10 in the protocol `cifar10-0`, `cifar10-1` or `cifar10-2`, see `load_torchvision`."""
    return load_torchvision(data="cifar10", root=root, protocol=protocol, validation=validation, seed=seed)


def load_cifar100(
    *, root: str | Path | None = None, protocol: str | None = None, validation: float = 0.1, seed: int = 0
) -> HashingData:
    """CIFAR-100 in its official split, see `load_torchvision`."""
    return load_torchvision(data="cifar100", root=root, protocol=protocol, validation=validation, seed=seed)


def load_fashion_mnist(
    *, root: str | Path | None = None, protocol: str | None = None, validation: float = 0.1, seed: int = 0
) -> HashingData:
    """Fashion-MNIST in its official split, see `load_torchvision`."""
    return load_torchvision(
        data="fashion-mnist", root=root, protocol=protocol, validation=validation, seed=seed
    )
