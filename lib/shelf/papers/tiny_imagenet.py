"""Tiny-ImageNet: real ImageNet photographs at 64×64, half of the classes for retrieval, half for pre-training.

Of the sorted WordNet ids those at even positions (from 0) are the 100 retrieval classes and those at odd positions
the 100 classes that backbones are pre-trained on, so that nothing retrieved was pre-trained on. Some photographs lie in
two folders: what is a query counts in no other part, and is not pre-trained on either.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from basics.errors import InputError
from hashcenters.datasets.assemble import Found, finish, names_of
from hashcenters.datasets.images import ImageReading, as_stored, square, to_rgb
from hashcenters.datasets.inputs import Decoded, FileInputs, Selected, check_present, files_digest, pixel_keys
from hashcenters.datasets.protocol import Listing, Protocol, draw_per_class, find_protocol, resolve_root
from hashcenters.datasets.rows import fields_of, rows_of
from hashcenters.datasets.splits import PARTS, HashingData
from shelf.papers.lists import list_classes

NAMES = {"even": "tiny-imagenet", "odd": "tiny-imagenet-pretraining"}
SIDE = 64  # pixels, of every photograph
REMEDY = "unpack the official archive again"
SUBSTITUTE = "photographs of Tiny-ImageNet at 64×64 pixels, standing in for {}"


def read_classes(root: Path, *, odd: bool, classes: int | None) -> list[str]:
    """The WordNet ids of one half of the classes, or the first so many of them.

    Raises:
        InputError: there are fewer.
    """
    wnids = sorted(row for _, row in rows_of(root / "wnids.txt"))[int(odd) :: 2]
    if classes is not None and not 2 <= classes <= len(wnids):
        raise InputError(f"classes must be 2 to {len(wnids)}, got {classes}")
    return wnids[:classes]


def read_names(root: Path, wnids: Sequence[str]) -> list[str]:
    """The first English name of every class, after `words.txt`; the WordNet id where it has none."""
    file = root / "words.txt"
    words = {wnid: text for _, (wnid, text) in fields_of(file, 2)} if file.exists() else {}
    names = [words.get(wnid, wnid).split(",")[0] for wnid in wnids]
    return [name if names.count(name) == 1 else f"{name} ({wnid})" for name, wnid in zip(names, wnids, strict=True)]


def read_val(root: Path, wnids: Sequence[str]) -> Listing:
    """The official validation images of the classes, which are labelled; they are the queries here."""
    rows = [fields for _, fields in fields_of(root / "val" / "val_annotations.txt", 3)]
    return Listing.of((f"val/images/{name}", wnids.index(wnid)) for name, wnid, _ in rows if wnid in wnids)


def draw_parts(
    train: Listing, val: Listing, sizes: dict[str, int], *, seed: int, class_names: Sequence[str]
) -> dict[str, Listing]:
    """Draw the parts class by class: queries from val, the database from train, the others from the database.

    Training and validation images are drawn from the database, which they stay in, without an overlap.
    """
    rng = np.random.default_rng(seed)

    def draw(part: str, listing: Listing, pool: np.ndarray) -> np.ndarray:
        counts = [sizes[part]] * len(class_names)
        return draw_per_class(listing.labels, counts, pool=pool, rng=rng, class_names=class_names, part=part)

    query, database = draw("query", val, np.arange(len(val))), draw("database", train, np.arange(len(train)))
    trained = draw("train", train, database)
    validation = draw("validation", train, np.setdiff1d(database, trained))
    rows = {"train": trained, "validation": validation, "query": query, "database": database}
    return {part: (val if part == "query" else train).take(chosen) for part, chosen in rows.items()}


def without_queries(
    parts: Mapping[str, Listing], root: Path, *, size: int, workers: int | None
) -> tuple[dict[str, Listing], int]:
    """The parts of the pre-training half without photographs that are queries of the other, and how many those were."""
    queries = read_val(root, read_classes(root, odd=False, classes=None))
    names = [name for name in names_of({**parts, "": queries}) if (root / name).is_file()]
    files = photographs([root / name for name in names], size=size, workers=workers)
    key_of = dict(zip(names, pixel_keys(files, "photographs"), strict=True))
    shown = {key_of.get(name) for name in queries.paths}
    copies = {name for name in names_of(parts) if key_of.get(name, name) in shown}
    return {part: listing.without(copies) for part, listing in parts.items()}, len(copies)


def decode_photograph(path: Path, *, size: int) -> UInt8[np.ndarray, "3 size size"]:
    """Read one photograph by torchvision, whose pixels equal Pillow's.

    For files this small most of Pillow's time goes into parsing inside Python's lock, which threads wait for.

    Raises:
        OSError, ValueError: it cannot be read, or is not of 64 × 64 pixels.
    """
    import torch  # takes seconds to import, and only reading needs it
    from torchvision.io import ImageReadMode, decode_jpeg

    try:
        content = torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.uint8)
        planes = decode_jpeg(content, mode=ImageReadMode.RGB).numpy()
    except (RuntimeError, ValueError):
        with Image.open(path) as image:
            planes = np.asarray(to_rgb(as_stored(image))).transpose(2, 0, 1)
    if planes.shape[1:] != (SIDE, SIDE):
        raise ValueError(f"expected {SIDE} × {SIDE} pixels, got {planes.shape[2]} × {planes.shape[1]}")
    if size == SIDE:
        return planes
    return square(Image.fromarray(np.ascontiguousarray(planes.transpose(1, 2, 0))), size=size, fit="crop")


def photographs(files: Sequence[Path], *, size: int, workers: int | None) -> FileInputs:
    """Files of photographs as inputs."""
    return FileInputs(files, partial(decode_photograph, size=size), (3, size, size), workers=workers, remedy=REMEDY)


def load_tiny_imagenet(
    *,
    root: Path | None = None,
    half: str = "even",
    protocol: str | None = None,
    classes: int | None = None,
    train_per_class: int | None = None,
    validation_per_class: int | None = None,
    query_per_class: int | None = None,
    database_per_class: int | None = None,
    size: int = SIDE,
    workers: int | None = None,
    seed: int = 0,
) -> HashingData:
    """Tiny-ImageNet, in memory from the first picture that is asked for.

    Args:
        root: the official folder with `train/`, `val/` and `wnids.txt`; default `tiny-imagenet-200/` below the data
            root.
        half: `even` (the retrieval classes) or `odd` (those of `tiny-imagenet-pretraining`).
        protocol: of that half.
        classes: take only the first so many of the 100 classes, 2–100; None takes all.
        train_per_class, validation_per_class, query_per_class, database_per_class: images a class, None for the
            protocol's; the database holds the training and the validation images.
        size: pixels a side.
        workers: threads that read; None takes one a core.
        seed: of the draws.

    Raises:
        InputError: images are missing or of another size, or a class has fewer than asked for.
    """
    ImageReading(size=size)  # refuses a bad size
    if half not in NAMES:
        raise InputError(f'half must be "even" or "odd", got {half!r}')
    chosen = find_protocol(protocol, data=NAMES[half])
    root = resolve_root(root, "tiny-imagenet-200")
    sizes = part_sizes(chosen, (train_per_class, validation_per_class, query_per_class, database_per_class))
    wnids = read_classes(root, odd=half == "odd", classes=classes)
    names = read_names(root, wnids)
    train = list_classes(root, [f"train/{wnid}/images/*.JPEG" for wnid in wnids])
    parts = draw_parts(train, read_val(root, wnids), sizes, seed=seed, class_names=names)
    parts, copies = without_queries(parts, root, size=size, workers=workers) if half == "odd" else (parts, 0)
    note = f"{copies} queries of the other half left out" if copies else ""
    paths = names_of(parts)
    files = [root / path for path in paths]
    check_present(files, root=root)
    images = photographs(files, size=size, workers=workers)
    found = Found(parts, names, root, note=note, substitute=SUBSTITUTE.format("ImageNet-100"))
    digest = f"{files_digest(paths, files, content=False)} {size}"
    pictures, keys = Decoded(images), pixel_keys(images, "photographs")
    return finish(found, lambda rows: Selected(pictures, rows), paths, protocol=chosen, digest=digest, keys=keys)


def part_sizes(protocol: Protocol, given: Sequence[int | None]) -> dict[str, int]:
    """The sizes of the parts: those given, else the protocol's.

    Raises:
        InputError: one is below 1.
    """
    sizes = {part: protocol.draw[part] if size is None else size for part, size in zip(PARTS, given, strict=True)}
    if min(sizes.values()) < 1:
        raise InputError(f"every part needs at least one, got {sizes}")
    return sizes


load_pretraining = partial(load_tiny_imagenet, half="odd")
