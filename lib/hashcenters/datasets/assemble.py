"""From listed parts to a `HashingData`: what all readers share."""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from basics.errors import InputError
from jaxtyping import UInt8

from hashcenters.datasets.images import ImageReading
from hashcenters.datasets.inputs import FileInputs, Selected, check_present, files_digest
from hashcenters.datasets.lists import Listing, check_class_names
from hashcenters.datasets.protocol import PARTS, Protocol, hold_out, protocol_line
from hashcenters.datasets.splits import ArrayInputs, HashingData, Inputs, Split
from hashcenters.datasets.video import ClipReading

Reading = ImageReading | ClipReading


def names_of(parts: Mapping[str, Listing]) -> list[str]:
    """Every path of the parts once, in order of appearance."""
    return list(dict.fromkeys(path for listing in parts.values() for path in listing.paths))


def check_trained_classes(train: Listing, class_names: Sequence[str], *, origin: str) -> None:
    """Check that every class has a training sample.

    Raises:
        InputError: names the origin and the first class without one.
    """
    if train.labels.ndim == 1:
        present = np.bincount(train.labels, minlength=len(class_names))
    else:
        present = train.labels.sum(axis=0)
    empty = np.flatnonzero(present == 0)
    if len(empty):
        raise InputError(
            f"{origin}: every class needs a training sample, got none for {class_names[empty[0]]!r} "
            f"({len(empty)} empty)"
        )


def finish(
    parts: Mapping[str, Listing],
    inputs_of: Callable[[np.ndarray], Inputs],
    names: Sequence[str],
    *,
    protocol: Protocol,
    class_names: Sequence[str],
    validation: float,
    seed: int,
    digest: str,
    substitute: str | None = None,
    note: str = "",
) -> HashingData:
    """Draw the validation split where it is not given, check the parts, and make them a data set.

    Args:
        parts: train, query, database and, where it is not to be drawn, validation.
        inputs_of: the inputs of some rows of `names`.
        names: every path of the parts.
        protocol: names the parts and the depth.
        class_names: in label order.
        validation: share of the training split to draw for validation, 0–0.5.
        seed: of that draw.
        digest: SHA-256 of what the inputs show.
        substitute: what the data stands in for.
        note: ends the protocol line.

    Raises:
        InputError: a class has no training sample, or splits overlap.
    """
    check_class_names(class_names, origin=protocol.data)
    parts = dict(parts)
    if "validation" not in parts:
        parts["train"], parts["validation"] = hold_out(
            parts["train"],
            parts["database"],
            share=validation,
            source=protocol.validation,
            seed=seed,
            class_names=class_names,
        )
    check_trained_classes(parts["train"], class_names, origin=protocol.data)
    row_of = {name: row for row, name in enumerate(names)}
    total = hashlib.sha256(repr((protocol.name, protocol.top_k, list(class_names), digest)).encode())
    splits = {}
    for part in PARTS:
        listing = parts[part]
        rows = np.array([row_of[path] for path in listing.paths], np.int64)
        splits[part] = Split(inputs_of(rows), listing.labels, np.array(listing.paths, dtype=str))
        total.update(os.fsencode("\n".join((part, *listing.paths))))
        total.update(np.ascontiguousarray(listing.labels).tobytes())
    sizes = {part: len(split) for part, split in splits.items()}
    data = HashingData(
        name=protocol.data,
        class_names=list(class_names),
        top_k=protocol.top_k,
        protocol=protocol_line(protocol.name, sizes, protocol.top_k, note=note),
        substitute=substitute,
        fingerprint=total.hexdigest(),
        **splits,
    )
    data.check_disjoint()
    return data


def assemble_arrays(
    images: UInt8[np.ndarray, "n *shape"],
    names: Sequence[str],
    parts: Mapping[str, Listing],
    **settings: object,
) -> HashingData:
    """A data set from images in memory; `names` names its rows. See `finish` for the settings."""
    digest = hashlib.sha256(np.ascontiguousarray(images)).hexdigest()
    return finish(parts, lambda rows: ArrayInputs(images[rows]), names, digest=digest, **settings)


def assemble(
    parts: Mapping[str, Listing],
    *,
    root: Path,
    reading: Reading,
    locate: Callable[[str], Path] | None = None,
    content: bool = False,
    note: str = "",
    **settings: object,
) -> HashingData:
    """A data set from listed files. See `finish` for the settings that are not named here.

    Args:
        parts: train, query, database and, where it is not to be drawn, validation.
        root: the folder that the paths are relative to.
        reading: how files become arrays.
        locate: maps a listed path to a file; None joins it to `root`.
        content: fingerprint the content of the files and not only their names and sizes.
        note: ends the protocol line.

    Raises:
        InputError: files are missing or unreadable, a class has no training sample, or splits overlap.
    """
    names = names_of(parts)
    files = [locate(name) if locate else root / name for name in names]
    check_present(files, root=root)
    inputs = reading.open(files)
    if reading.corrupt == "skip":
        parts, dropped = drop_unreadable(parts, names, inputs)
        note = "; ".join(filter(None, (note, f"{dropped} unreadable files left out" if dropped else "")))
    digest = files_digest(names, files, content=content) + reading.pixels()
    return finish(parts, lambda rows: Selected(inputs, rows), names, digest=digest, note=note, **settings)


def drop_unreadable(
    parts: Mapping[str, Listing], names: Sequence[str], inputs: FileInputs
) -> tuple[dict[str, Listing], int]:
    """The parts without the samples that cannot be decoded, and how many files that were."""
    bad = {names[index] for index in inputs.unreadable()}
    kept = {
        part: listing.take(np.array([i for i, path in enumerate(listing.paths) if path not in bad], np.int64))
        for part, listing in parts.items()
    }
    return kept, len(bad)
