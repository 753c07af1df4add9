"""The whole text of the documents, passage by passage, and what of the workbook each passage belongs to."""

from functools import cache
from typing import Annotated, Literal

import msgspec
import pandas as pd

from basics.errors import InputError
from basics.schema import Struct
from workbook.catalogue import documents, read_entries
from workbook.claims import catalogue
from workbook.discrepancies import register

Kind = Literal["heading", "sentence", "equation", "figure", "table", "row", "reference"]


class Passage(Struct, frozen=True):
    """A sentence, displayed equation, heading, reference, caption of a figure or table, or row of a table.

    Args:
        digest: the first eight hexadecimal digits of the SHA-256 of its text without spaces, `*` and `#`.
        kind: what it is.
        about: what it says, in a few words of ours.
        section: the number of its section; empty where the document has none.
        numbers: those that it prints in digits, in order; those of an equation or a reference are part of it.
        claims: ids of the statements that judge it.
        discrepancies: ids of the entries of the register that say where it is left.
        because: the reason why it cannot be checked, a key of `reasons`; only where neither judges it.
    """

    digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}$")]
    kind: Kind
    about: str
    section: str = ""
    numbers: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    discrepancies: tuple[str, ...] = ()
    because: str = ""

    def __post_init__(self) -> None:
        if bool(self.because) == bool(self.claims or self.discrepancies):
            raise InputError(f"passage {self.about!r} needs claims or discrepancies, or else the reason why not")


class Coverage(Struct, frozen=True):
    """The content of coverage.yaml.

    Args:
        reasons: why a passage cannot be checked, by key.
        passages: by document, in the order of print.
    """

    reasons: dict[str, str]
    passages: dict[str, list[Passage]]

    def __post_init__(self) -> None:
        known = {"claims": set(catalogue()), "discrepancies": {entry.id for entry in register()}}
        if list(self.passages) != list(documents()):
            raise InputError(f"coverage.yaml must hold the documents {list(documents())}, got {list(self.passages)}")
        for passage in (passage for found in self.passages.values() for passage in found):
            unknown = [name for field, ids in known.items() for name in getattr(passage, field) if name not in ids]
            unknown += [passage.because] if passage.because and passage.because not in self.reasons else []
            if unknown:
                raise InputError(f"passage {passage.about!r} names what is not on record: {', '.join(unknown)}")


@cache
def coverage() -> Coverage:
    """Every passage of both documents.

    Raises:
        InputError: an entry is malformed, or names an unknown claim, discrepancy or reason.
    """
    return read_entries("coverage.yaml", Coverage)


def frame() -> pd.DataFrame:
    """The whole text as a table: a row a passage, with its place, and what judges it or why nothing can."""
    lines = []
    for document, found in coverage().passages.items():
        counted: dict[tuple[str, str], int] = {}
        for passage in found:
            key = passage.section, passage.kind
            counted[key] = counted.get(key, 0) + 1
            lines.append(
                {
                    "document": document,
                    "section": passage.section,
                    "passage": f"{passage.kind} {counted[key]}",
                    "about": passage.about,
                    "numbers": " ".join(passage.numbers),
                    "claims": ", ".join(passage.claims),
                    "discrepancies": ", ".join(passage.discrepancies),
                    "not checkable, because": coverage().reasons.get(passage.because, ""),
                }
            )
    return pd.DataFrame(lines)


def counts(table: pd.DataFrame) -> pd.DataFrame:
    """How many passages of each kind belong to a claim, to a discrepancy alone, or to neither.

    Args:
        table: from `frame`.
    """
    kind = table["passage"].str.split(" ").str[0]
    rest = table["discrepancies"].where(table["discrepancies"] == "", "a discrepancy")
    fate = rest.where(table["claims"] == "", "a claim").replace("", "not checkable")
    counted = pd.crosstab([table["document"], kind.rename("kind")], fate.rename(None))
    return counted.reset_index().rename_axis(None, axis=1)


def unchecked(table: pd.DataFrame) -> pd.DataFrame:
    """The short list: why passages cannot be checked, and how many there are of each reason.

    Args:
        table: from `frame`.
    """
    because = "not checkable, because"
    return table.loc[table[because] != "", because].value_counts().rename("passages").reset_index()
