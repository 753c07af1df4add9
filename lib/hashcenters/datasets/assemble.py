"""From listed files to a `HashingData`, and the frame that makes a reader of a function that lists them."""

import hashlib
import inspect
import os
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import update_wrapper
from pathlib import Path
from unicodedata import normalize

import numpy as np

from basics.errors import InputError, shown
from hashcenters.datasets.images import AS_PUBLISHED, ImageReading
from hashcenters.datasets.inputs import (
    Selected,
    check_present,
    content_keys,
    files_digest,
    pixel_keys,
    unreadable_message,
)
from hashcenters.datasets.protocol import Listing, Protocol, draw_parts, find_protocol, hold_out, resolve_root
from hashcenters.datasets.splits import PARTS, HashingData, Inputs, Split, protocol_line

LINE_BREAK = "\N{SYMBOL FOR NEWLINE}"


@dataclass(frozen=True)
class Found:
    """What a data set's files say.

    Args:
        parts: train, query, database and, where it is not to be drawn, validation; or all samples, of which the
            protocol draws the parts.
        class_names: in label order.
        root: the folder that the paths are relative to.
        locate: maps a listed path to a file; None joins it to `root`.
        note: ends the protocol line.
        substitute: what the data stands in for, None for the papers' own.
    """

    parts: Mapping[str, Listing] | Listing
    class_names: Sequence[str]
    root: Path
    locate: Callable[[str], Path] | None = None
    note: str = ""
    substitute: str | None = None


Finder = Callable[..., Found]
Reader = Callable[..., HashingData]


def reader(data: str, *, folder: str, reading: ImageReading = AS_PUBLISHED) -> Callable[[Finder], Reader]:
    """Make a reader of a function that finds the samples of a data set.

    The function takes the folder of the data set, the protocol, and options of its own by keyword. The reader takes
    those options and:

        root: the folder; None for the usual one below the data root.
        protocol: one of the data set's, None for its first.
        validation: share of the training split to draw for validation, 0–0.5. Where the protocol holds it out of
            the training split, 0 leaves that whole, as in the papers.
        seed: of all draws.
        reading: how the files are read.

    Args:
        data: name in the registry.
        folder: its usual place below the data root.
        reading: the default.
    """

    def decorate(find: Finder) -> Reader:
        def load(
            *,
            root: Path | None = None,
            protocol: str | None = None,
            validation: float = 0.1,
            seed: int = 0,
            reading: ImageReading = reading,
            **own: object,
        ) -> HashingData:
            chosen = find_protocol(protocol, data=data)
            found = find(resolve_root(root, folder), chosen, **own)
            return assemble(found, protocol=chosen, reading=reading, validation=validation, seed=seed)

        *shared, _ = inspect.signature(load).parameters.values()
        own = list(inspect.signature(find).parameters.values())[2:]
        update_wrapper(load, find)
        load.__signature__ = inspect.Signature([*shared, *own], return_annotation=HashingData)
        return load

    return decorate


def check_class_names(names: Sequence[str], *, origin: str) -> None:
    """Check that there are at least two classes, and that their names are text and differ by more than case.

    Raises:
        InputError: names the classes in the way.
    """
    if len(names) < 2:
        raise InputError(f"{origin} must hold at least 2 classes, got {len(names)}: {', '.join(names) or 'none'}")
    seen: dict[str, str] = {}
    for name in names:
        if any("\ud800" <= sign <= "\udfff" for sign in name):
            raise InputError(f"{origin}: class names must be UTF-8, got {os.fsencode(name)!r}")
        other = seen.setdefault(normalize("NFC", name).casefold(), name)
        if other is not name:
            raise InputError(f"{origin}: class names must differ by more than case, got {other!r} and {name!r}")


def check_trained_classes(train: Listing, class_names: Sequence[str], *, origin: str) -> None:
    """Check that every class has a training sample.

    Raises:
        InputError: names the origin and the first class without one.
    """
    labels, width = train.labels, len(class_names)
    counts = np.bincount(labels, minlength=width) if labels.ndim == 1 else labels.sum(axis=0)
    empty = np.flatnonzero(counts == 0)
    if len(empty):
        raise InputError(
            f"{origin}: every class needs a training sample, got none for {class_names[empty[0]]!r} "
            f"({len(empty)} empty)"
        )


def finish(
    found: Found,
    inputs_of: Callable[[np.ndarray], Inputs],
    names: Sequence[str],
    *,
    protocol: Protocol,
    digest: str,
    keys: Sequence[Hashable] | None = None,
    validation: float = 0.0,
    seed: int = 0,
) -> HashingData:
    """Draw the validation split where it is not given, check the parts, and make them a data set.

    Queries that lie in another part under another name are left out of it, training pictures out of validation.

    Args:
        found: the parts and what is said of them.
        inputs_of: the inputs of some rows of `names`.
        names: every path of the parts.
        protocol: names the parts and the depth.
        digest: SHA-256 of what the inputs show.
        keys: one for each name, equal for the same picture; None where the names tell pictures apart.
        validation: share of the training split to draw for validation, 0–0.5.
        seed: of that draw.

    Raises:
        InputError: a class has no training sample, or splits overlap.
    """
    parts, class_names = dict(found.parts), list(found.class_names)
    check_class_names(class_names, origin=protocol.data)
    if "validation" not in parts:
        parts["train"], parts["validation"] = hold_out(
            parts["train"],
            parts["database"],
            share=validation,
            source=protocol.validation,
            seed=seed,
            class_names=class_names,
        )
    note = found.note
    if keys is not None:
        parts, copies = keep_apart(parts, dict(zip(names, keys, strict=True)))
        note = joined(note, f"{copies} copies left out" if copies else "")
    check_trained_classes(parts["train"], class_names, origin=protocol.data)
    row_of = {name: row for row, name in enumerate(names)}
    total = hashlib.sha256(repr((protocol.name, protocol.top_k, class_names, digest)).encode())
    splits = {}
    for part in PARTS:
        listing = parts[part]
        rows = np.array([row_of[path] for path in listing.paths], np.int64)
        ids = [path.replace("\n", LINE_BREAK) for path in listing.paths]  # a line of an id is one source
        splits[part] = Split(inputs_of(rows), listing.labels, np.array(ids, dtype=str))
        total.update(os.fsencode("\n".join((part, *listing.paths))))
        total.update(np.ascontiguousarray(listing.labels).tobytes())
    data = HashingData(
        name=protocol.data,
        class_names=class_names,
        top_k=protocol.top_k,
        protocol=protocol_line(splits, protocol.top_k, name=protocol.name, note=note),
        substitute=found.substitute,
        fingerprint=total.hexdigest(),
        **splits,
    )
    data.check_disjoint()
    return data


def assemble(
    found: Found,
    *,
    protocol: Protocol,
    reading: ImageReading,
    validation: float = 0.0,
    seed: int = 0,
    content: bool = False,
) -> HashingData:
    """A data set from listed files.

    Args:
        found: what is listed.
        protocol: names the parts and the depth, and draws the parts where all samples are listed together.
        reading: how files become arrays.
        validation: share of the training split to draw for validation, 0–0.5.
        seed: of the draws.
        content: fingerprint the content of the files and not only their names and sizes; the parts then hold each
            picture under one name already, else pictures with equal pixels are found here (of videos equal files).

    Raises:
        InputError: files are missing, unreadable or outside the root, a class has no training sample, or splits
            overlap.
    """
    if isinstance(found.parts, Listing):
        parts = draw_parts(found.parts, protocol, seed=seed, class_names=found.class_names)
        found = replace(found, parts=parts)
    names = names_of(found.parts)
    outside = next((name for name in names if name.startswith("/") or ".." in name.split("/")), None)
    if outside is not None:
        raise InputError(f"listed files must lie below {found.root}, got {shown(outside)}")
    files = [found.locate(name) if found.locate else found.root / name for name in names]
    keys: dict[str, Hashable] = {}
    if reading.corrupt == "skip":
        keys, failures = find_twins(names, files, reading)
        if failures:
            found = drop_unreadable(found, failures)
            files = [file for name, file in zip(names, files, strict=True) if name not in failures]
            names = names_of(found.parts)
    check_present(files, root=found.root)
    inputs = reading.open(files)
    twins = None
    if not content and keys:
        twins = [keys[name] for name in names]
    elif not content:  # of videos the bytes: to decode all takes hours
        twins = pixel_keys(inputs, reading.pixels()) if type(reading) is ImageReading else content_keys(files)
    return finish(
        found,
        lambda rows: Selected(inputs, rows),
        names,
        protocol=protocol,
        digest=files_digest(names, files, content=content) + reading.pixels(),
        keys=twins,
        validation=validation,
        seed=seed,
    )


def names_of(parts: Mapping[str, Listing]) -> list[str]:
    """Every path of the parts once, in order of appearance."""
    return list(dict.fromkeys(path for listing in parts.values() for path in listing.paths))


def drop_unreadable(found: Found, unreadable: Collection[str]) -> Found:
    """The parts without the files that are missing or cannot be decoded, and a note of how many those were."""
    parts = {part: listing.without(unreadable) for part, listing in found.parts.items()}
    return replace(found, parts=parts, note=joined(found.note, f"{len(unreadable)} unreadable files left out"))


def joined(*notes: str) -> str:
    """Notes of the protocol line as one; empty ones are passed over."""
    return "; ".join(filter(None, notes))


def keep_apart(parts: Mapping[str, Listing], key_of: Mapping[str, Hashable]) -> tuple[dict[str, Listing], int]:
    """The parts without what another part holds under another name, and how many pictures that were.

    A part whose list names the very picture of another is not mended here: it overlaps and is refused.
    """
    apart, copies = dict(parts), set()
    for first, others in (("query", ("train", "validation", "database")), ("train", ("validation",))):
        own, shown = set(apart[first].paths), {key_of[path] for path in apart[first].paths}
        for part in others:
            twins = {path for path in apart[part].paths if key_of[path] in shown and path not in own}
            copies |= twins
            apart[part] = apart[part].without(twins) if twins else apart[part]
    return apart, len(copies)


def find_twins(
    names: Sequence[str], files: Sequence[Path], reading: ImageReading
) -> tuple[dict[str, str], dict[str, str]]:
    """Which pictures are one, by the pixels that are read, and which cannot be read.

    Returns:
        for every readable name the first one whose picture is the same; the others with the reason.

    Raises:
        InputError: files cannot be read and `reading` does not skip them, or none can.
    """
    pixels, failures = reading.open(files).survey()
    if failures and (reading.corrupt == "error" or len(failures) == len(files)):
        raise InputError(unreadable_message({files[index]: reason for index, reason in failures.items()}))
    reasons = {names[index]: reason for index, reason in failures.items()}
    first: dict[bytes, str] = {}
    shown = zip(names, pixels, strict=True)
    return {name: first.setdefault(key, name) for name, key in shown if name not in reasons}, reasons
