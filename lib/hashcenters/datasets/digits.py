"""digits100: pairs of real handwritten digits side by side, 100 classes.

The digits are the 1,797 of 8 × 8 pixels that ship inside scikit-learn (the UCI optical recognition set). They are
split before anything is composed of them, so that no pixel of a query is ever trained on or in the database.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial

import numpy as np
from jaxtyping import UInt8
from sklearn.datasets import load_digits

from basics.errors import InputError
from hashcenters.datasets.splits import PARTS, ArrayInputs, HashingData, Split, composed_data

DIGIT_SIZE = 8
QUERY_SHARE = 0.25
VALIDATION_SHARE = 0.15
SUBSTITUTE = "handwritten digits composed into small images, standing in for {}"


@cache
def base_digits() -> tuple[UInt8[np.ndarray, "1797 8 8"], np.ndarray]:
    """The digit images with grey values 0–255, and which digit each shows."""
    digits = load_digits()
    images = np.round(digits.images * (255 / 16)).astype(np.uint8)
    images.setflags(write=False)
    return images, digits.target.astype(np.int64)


def split_base_digits(*, seed: int, train_per_digit: int | None = None) -> dict[str, list[np.ndarray]]:
    """Assign every base digit to `query`, `validation` or `train`, the same share of each digit.

    Args:
        seed: of the shuffle.
        train_per_digit: keep only so many base digits of each kind for `train`; None keeps them all. Fewer
            make the task harder.

    Returns:
        for each part a list of ten index arrays into `base_digits()`, one a digit.

    Raises:
        InputError: more digits are asked for than there are.
    """
    rng = np.random.default_rng(seed)
    target = base_digits()[1]
    parts: dict[str, list[np.ndarray]] = {"query": [], "validation": [], "train": []}
    for digit in range(10):
        indices = rng.permutation(np.flatnonzero(target == digit))
        first = round(QUERY_SHARE * len(indices))
        second = first + round(VALIDATION_SHARE * len(indices))
        rest = indices[second:]
        if train_per_digit is not None and not 1 <= train_per_digit <= len(rest):
            raise InputError(f"train_per_digit must be 1 to {len(rest)}, got {train_per_digit}")
        parts["query"].append(indices[:first])
        parts["validation"].append(indices[first:second])
        parts["train"].append(rest[:train_per_digit])
    return parts


def paste(canvas: np.ndarray, image: UInt8[np.ndarray, "height width"], *, top: int, left: int) -> np.ndarray:
    """A copy of the canvas with an image laid into it, the brighter pixel winning."""
    result = canvas.copy()
    height, width = image.shape
    window = result[top : top + height, left : left + width]
    np.maximum(window, image, out=window)
    return result


def add_noise(
    images: UInt8[np.ndarray, "*shape"], *, noise: float, rng: np.random.Generator
) -> UInt8[np.ndarray, "*shape"]:
    """Gaussian noise of standard deviation `noise` (in units of the full grey range), clipped to 0–255."""
    noisy = images + rng.normal(0, noise * 255, images.shape)
    return np.clip(np.round(noisy), 0, 255).astype(np.uint8)


def compose_pairs(
    pool: list[np.ndarray], per_class: int, *, shift: int, noise: float, rng: np.random.Generator
) -> Split:
    """Images of two digits side by side, `per_class` of each of the 100 ordered pairs.

    Args:
        pool: ten index arrays into `base_digits()`.
        per_class: images a class.
        shift: each digit moves by up to so many pixels inside its half, in both directions.
        noise: standard deviation, fraction of the grey range.
        rng: draws digits, shifts and noise.
    """
    images, _ = base_digits()
    side = DIGIT_SIZE + shift
    labels = np.repeat(np.arange(100), per_class)
    pictures, sources = np.zeros((len(labels), side, 2 * side), np.uint8), []
    for row, label in enumerate(labels):
        chosen = [int(rng.choice(pool[digit])) for digit in divmod(label, 10)]
        for half, index in enumerate(chosen):
            top, left = rng.integers(0, shift + 1, 2).tolist()
            pictures[row] = paste(pictures[row], images[index], top=top, left=half * side + left)
        sources.append(chosen)
    return noisy_split(pictures, labels, sources, noise=noise, rng=rng)


def noisy_split(
    pictures: UInt8[np.ndarray, "n *size"],
    labels: np.ndarray,
    sources: Sequence[Sequence[int]],
    *,
    noise: float,
    rng: np.random.Generator,
) -> Split:
    """Grey pictures or clips with noise; each is named by the base digits that it shows."""
    inputs = add_noise(pictures[:, None], noise=noise, rng=rng)
    ids = np.array(["\n".join(map(str, shown)) for shown in sources], dtype=str)
    return Split(ArrayInputs(inputs), labels, ids)


def compose_set(
    name: str,
    compose: Callable[..., Split],
    counts: Sequence[int],
    *,
    seed: int,
    stream: int,
    train_per_digit: int | None,
    class_names: Sequence[str],
    top_k: int | None,
    substitute: str,
) -> HashingData:
    """A set of four parts, each of its own base digits; the database and the training split share theirs.

    Args:
        name: in the registry.
        compose: makes a split of a pool of base digits and a count, with the option `rng`.
        counts: of the training split, validation, queries and database; the last includes the first.
        seed: of the split of the base digits and of everything composed of them.
        stream: tells the draws of one set from those of another.
        train_per_digit: base digits of each kind that the training split and the database are made of.
        class_names: in label order.
        top_k: depth of the scored ranking.
        substitute: what the set stands in for.

    Raises:
        InputError: the database is smaller than the training split, or base digits are too few.
    """
    train, *others, database = counts
    if database < train:
        raise InputError(f"the database holds the training split and must be as large, got {database} < {train}")
    rng = np.random.default_rng([seed, stream])
    base = split_base_digits(seed=seed, train_per_digit=train_per_digit)
    base["database"] = base["train"]
    sizes = zip(PARTS, (train, *others, database - train), strict=True)
    splits = {part: compose(base[part], size, rng=rng) for part, size in sizes}
    return composed_data(name, splits, class_names=class_names, top_k=top_k, substitute=substitute)


def load_digits100(
    *,
    seed: int = 0,
    train_per_class: int = 20,
    validation_per_class: int = 5,
    query_per_class: int = 10,
    database_per_class: int = 40,
    train_per_digit: int | None = 40,
    shift: int = 1,
    noise: float = 0.05,
    top_k: int | None = 1000,
) -> HashingData:
    """Two digits side by side, class = 10 · left + right.

    As in the papers the database contains the training split; its other images show the same base digits as the
    training split in other pairs, places and noise. The defaults were set once, on the accuracy of a classifier
    on the validation split.

    Args:
        seed, train_per_digit: as in `compose_set`.
        noise: fraction of the grey range, 0 or more.
        train_per_class, validation_per_class, query_per_class, database_per_class: images a class; the database
            count includes the training split.
        shift: pixels, 0 or more.
        top_k: depth of the scored ranking.
    """
    return compose_set(
        "digits100",
        partial(compose_pairs, shift=shift, noise=noise),
        (train_per_class, validation_per_class, query_per_class, database_per_class),
        seed=seed,
        stream=100,
        train_per_digit=train_per_digit,
        class_names=[f"{left}{right}" for left in range(10) for right in range(10)],
        top_k=top_k,
        substitute=SUBSTITUTE.format("ImageNet-100"),
    )
