"""Which files below a folder are pictures: one rule for trainings on own pictures and for `encode`.

A picture is a file whose name ends, in small letters or capitals, as one of a format that Pillow reads. It lies in
the folder or in any folder below it, behind links too. What is hidden (a name that begins with a dot) or left by
file browsers does not count; every other file is left out and counted. A picture by its name that cannot be read,
a dead link among them, is refused, or left out and counted where that is asked for.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from PIL import Image

from basics.errors import InputError

LEFT_BY_SYSTEMS = frozenset({"thumbs.db", "desktop.ini", "__macosx", "@eadir"})
ONLY_RECOGNISED = frozenset({"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"})  # read by other programs, or not at all


@cache
def picture_suffixes() -> frozenset[str]:
    """The suffixes of what Pillow reads, in small letters."""
    suffixes = Image.registered_extensions()
    return frozenset(suffix for suffix in suffixes if suffixes[suffix] in Image.OPEN.keys() - ONLY_RECOGNISED)


def is_picture(path: Path) -> bool:
    """Whether a file is a picture by its name."""
    return path.suffix.lower() in picture_suffixes()


def entries(folder: Path) -> list[Path]:
    """What lies directly in a folder, in the order of the names, without hidden things and those of file browsers.

    Raises:
        InputError: the folder cannot be read.
    """
    try:
        found = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(f"cannot read the folder {folder}: {error.strerror}") from error
    return [path for path in found if not path.name.startswith(".") and path.name.lower() not in LEFT_BY_SYSTEMS]


def files_below(folder: Path, above: tuple[Path, ...] = ()) -> Iterator[Path]:
    """Every file in a folder and below it; a link back to a folder `above` is not followed."""
    real = folder.resolve()
    for path in entries(folder) if real not in above else ():
        if path.is_dir():
            yield from files_below(path, (*above, real))
        else:
            yield path


def others_note(others: Sequence[Path]) -> str:
    """What is said of files that are no pictures by their names; nothing where there are none.

    >>> others_note([Path("a.heic"), Path("b.TXT"), Path("c.heic")])
    '3 files left out that are no pictures by their names (.heic, .txt)'
    """
    suffixes = ", ".join(sorted({path.suffix.lower() or "no suffix" for path in others}))
    return f"{len(others)} files left out that are no pictures by their names ({suffixes})" if others else ""
