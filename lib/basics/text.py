"""Plain tables, durations, sizes and progress, as people read them."""

import re
from collections.abc import Sequence

_IDENTIFIER = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")


def duration(seconds: int | float) -> str:
    """Seconds as people read them.

    >>> duration(4.26), duration(75), duration(7260)
    ('4.3 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def size(number_of_bytes: int | float) -> str:
    """Bytes as people read them.

    >>> size(512), size(3_500_000)
    ('0.5 kB', '3.5 MB')
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if number_of_bytes >= factor:
            return f"{number_of_bytes / factor:.1f} {unit}"
    return f"{number_of_bytes / 1e3:.1f} kB"


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows of equally many texts, aligned on the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = ("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in padded)


def trainings_done(done: int, total: int, seconds: float) -> str:
    """How far trainings are, and how long the others take if they go on like this.

    Args:
        done: how many have ended.
        total: of how many.
        seconds: since the first one started.

    >>> trainings_done(0, 12, 3.0), trainings_done(3, 12, 20.0), trainings_done(12, 12, 80.0)
    ('trainings: 0 of 12', 'trainings: 3 of 12, about 1 min 0 s left', 'trainings: 12 of 12, in 1 min 20 s')
    """
    text = f"trainings: {done} of {total}"
    if done == total:
        return f"{text}, in {duration(seconds)}"
    return f"{text}, about {duration(seconds / done * (total - done))} left" if done else text


def pictures_done(what: str, done: int, total: int, seconds: float) -> str:
    """How far the encoding of pictures is, how fast it goes, and how long the others take if it goes on like this.

    >>> pictures_done("lite0, train", 500, 2000, 4.0)
    'lite0, train: 500 of 2,000 pictures encoded, 125/s, about 12.0 s left'
    """
    rate = done / max(seconds, 1e-9)
    text = f"{what}: {done:,} of {total:,} pictures encoded, {rate:.0f}/s"
    return (
        f"{text}, about {duration((total - done) / rate)} left" if done < total else f"{text}, in {duration(seconds)}"
    )


def in_words(name: str) -> str:
    """An identifier of several words as words; other text stays.

    >>> in_words("below_half"), in_words("mAP"), in_words("H_2K")
    ('below half', 'mAP', 'H_2K')
    """
    return name.replace("_", " ") if _IDENTIFIER.fullmatch(name) else name
