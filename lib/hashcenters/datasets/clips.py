"""clips: handwritten digits that move over a canvas for 16 frames; class = digit and motion, 50 classes.

A single frame shows the digit but not its motion: two of the directions differ only in the order of the frames.
"""

from functools import partial

import numpy as np
from jaxtyping import Float, UInt8

from basics.errors import InputError
from hashcenters.datasets.digits import DIGIT_SIZE, SUBSTITUTE, base_digits, compose_set, noisy_split, paste
from hashcenters.datasets.splits import HashingData, Split

FRAMES = 16
MOTIONS = ("right", "left", "down", "up", "circle")


def motion_path(motion: str, *, room: int, rng: np.random.Generator) -> Float[np.ndarray, "16 2"]:
    """Top and left of the digit in every frame, 0 to `room` pixels.

    Straight motions cover 60 to 100 % of the room and drift sideways by up to a fifth of it; circles have a
    radius of 25 to 50 % of the room, any phase and either sense, and close once.

    Args:
        motion: one of `MOTIONS`.
        room: canvas side less digit side, pixels.
        rng: draws start, length, drift, radius and phase.
    """
    time = np.linspace(0, 1, FRAMES)
    if motion == "circle":
        radius = rng.uniform(0.25, 0.5) * room
        angle = 2 * np.pi * (time * rng.choice((-1, 1)) + rng.uniform())
        middle = rng.uniform(radius, room - radius, 2)
        return middle + radius * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    length = rng.uniform(0.6, 1.0) * room
    along = rng.uniform(0, room - length) + time * length
    across = np.clip(rng.uniform(0, room) + time * rng.uniform(-0.2, 0.2) * room, 0, room)
    if motion in ("left", "up"):
        along = along[::-1]
    order = (along, across) if motion in ("down", "up") else (across, along)
    return np.stack(order, axis=1)


def compose_clip(
    image: UInt8[np.ndarray, "8 8"], motion: str, *, side: int, rng: np.random.Generator
) -> UInt8[np.ndarray, "16 side side"]:
    """One digit on its path, without noise, at whole pixels."""
    canvas = np.zeros((side, side), np.uint8)
    path = np.round(motion_path(motion, room=side - DIGIT_SIZE, rng=rng)).astype(int)
    return np.stack([paste(canvas, image, top=top, left=left) for top, left in path.tolist()])


def compose_clips(
    pool: list[np.ndarray], per_class: int, *, side: int, noise: float, rng: np.random.Generator
) -> Split:
    """Clips of every digit in every motion, `per_class` of each.

    Args:
        pool: ten index arrays into `base_digits()`.
        per_class: clips a class.
        side: of the canvas, pixels.
        noise: standard deviation, fraction of the grey range; drawn anew in every frame.
        rng: draws digits, paths and noise.
    """
    images, _ = base_digits()
    labels = np.repeat(np.arange(10 * len(MOTIONS)), per_class)
    pictures, sources = np.zeros((len(labels), FRAMES, side, side), np.uint8), []
    for row, label in enumerate(labels.tolist()):
        digit, motion = divmod(label, len(MOTIONS))
        index = int(rng.choice(pool[digit]))
        pictures[row] = compose_clip(images[index], MOTIONS[motion], side=side, rng=rng)
        sources.append([index])
    return noisy_split(pictures, labels, sources, noise=noise, rng=rng)


def load_clips(
    *,
    seed: int = 0,
    train_per_class: int = 40,
    validation_per_class: int = 5,
    query_per_class: int = 10,
    database_per_class: int = 70,
    train_per_digit: int | None = None,
    side: int = 16,
    noise: float = 0.05,
    top_k: int | None = 70,
) -> HashingData:
    """Ten digits in five motions, class = 5 · digit + motion, clips of 16 grey frames.

    The database has 70 clips a class and the ranking is scored to depth 70, as with HMDB51. The database contains
    the training split; its other clips show the same base digits on other paths. The defaults were set once, on
    the accuracy of a classifier on the validation split.

    Args:
        seed, train_per_digit: as in `compose_set`.
        noise: fraction of the grey range, 0 or more.
        train_per_class, validation_per_class, query_per_class, database_per_class: clips a class; the database
            count includes the training split.
        side: of the canvas, pixels, 12 or more.
        top_k: depth of the scored ranking.
    """
    if side < 12:
        raise InputError(f"a digit of {DIGIT_SIZE} pixels needs a canvas of side >= 12 to move, got {side}")
    return compose_set(
        "clips",
        partial(compose_clips, side=side, noise=noise),
        (train_per_class, validation_per_class, query_per_class, database_per_class),
        seed=seed,
        stream=FRAMES,
        train_per_digit=train_per_digit,
        class_names=[f"{digit} {motion}" for digit in range(10) for motion in MOTIONS],
        top_k=top_k,
        substitute=SUBSTITUTE.format("HMDB51 and UCF101").replace("small images", "short clips"),
    )
