"""scenes: one to three different handwritten digits on a canvas, multi-label."""

from functools import partial

import numpy as np
from jaxtyping import UInt8

from hashcenters.datasets.digits import DIGIT_SIZE, SUBSTITUTE, base_digits, compose_set, noisy_split, paste
from hashcenters.datasets.splits import HashingData, Split

MOST_DIGITS = 3


def compose_scene(
    images: list[UInt8[np.ndarray, "8 8"]], *, shift: int, rng: np.random.Generator
) -> UInt8[np.ndarray, "side side"]:
    """Digits in different quarters of a square canvas, each moved by up to `shift` pixels inside its quarter."""
    quarter = DIGIT_SIZE + shift
    canvas = np.zeros((2 * quarter, 2 * quarter), np.uint8)
    for place, image in zip(rng.permutation(4), images, strict=False):
        top, left = rng.integers(0, shift + 1, 2) + quarter * np.array(divmod(int(place), 2))
        canvas = paste(canvas, image, top=int(top), left=int(left))
    return canvas


def compose_scenes(pool: list[np.ndarray], count: int, *, shift: int, noise: float, rng: np.random.Generator) -> Split:
    """Scenes of one to three different digits.

    Args:
        pool: ten index arrays into `base_digits()`.
        count: number of scenes.
        shift: pixels, 0 or more.
        noise: standard deviation, fraction of the grey range.
        rng: draws everything.
    """
    images, _ = base_digits()
    labels = np.zeros((count, 10), np.uint8)
    side = 2 * (DIGIT_SIZE + shift)
    pictures, sources = np.zeros((count, side, side), np.uint8), []
    for row in range(count):
        digits = rng.permutation(10)[: rng.integers(1, MOST_DIGITS + 1)]
        chosen = [int(rng.choice(pool[digit])) for digit in digits]
        labels[row, digits] = 1
        pictures[row] = compose_scene([images[index] for index in chosen], shift=shift, rng=rng)
        sources.append(chosen)
    return noisy_split(pictures, labels, sources, noise=noise, rng=rng)


def load_scenes(
    *,
    seed: int = 0,
    train_size: int = 2000,
    validation_size: int = 500,
    query_size: int = 1000,
    database_size: int = 4000,
    train_per_digit: int | None = 40,
    shift: int = 1,
    noise: float = 0.05,
    top_k: int | None = 1000,
) -> HashingData:
    """One to three different digits on a 20 × 20 canvas, ten labels; similar means a label in common.

    Args:
        seed, train_per_digit: as in `compose_set`.
        noise: fraction of the grey range, 0 or more.
        train_size, validation_size, query_size, database_size: scenes; the database contains the training split.
        shift: pixels, 0 or more.
        top_k: depth of the scored ranking.
    """
    return compose_set(
        "scenes",
        partial(compose_scenes, shift=shift, noise=noise),
        (train_size, validation_size, query_size, database_size),
        seed=seed,
        stream=10,
        train_per_digit=train_per_digit,
        class_names=[str(digit) for digit in range(10)],
        top_k=top_k,
        substitute=SUBSTITUTE.format("MS COCO and NUS-WIDE"),
    )
