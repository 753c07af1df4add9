"""Plain tables and durations for the terminal."""

from collections.abc import Sequence


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
