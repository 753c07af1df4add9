"""Which construction gives the largest minimum distance for a number of centers, at every length at once."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import attrgetter
from typing import Literal

import numpy as np
from jaxtyping import Int8

from shelf.codes import binary_codes as linear
from shelf.codes import nonlinear_codes as nonlinear
from shelf.codes.paley import has_hadamard, prime_power
from shelf.codes.quasicyclic import stored_codes

LONGEST = 260


@dataclass(frozen=True)
class Code:
    """A code that is built outright.

    Args:
        name: what it is called in tables.
        bits: its length.
        size: number of words.
        distance: minimum distance of its words.
        words: builds the ±1 words, one a row.
    """

    name: str
    bits: int
    size: int
    distance: int
    words: Callable[[], Int8[np.ndarray, "words bits"]]


@dataclass(frozen=True)
class Construction:
    """How centers of one length are made: a code of the catalogue, or a step from centers of other lengths.

    Args:
        distance: minimum distance that the result has at least, bits.
        rule: `code` takes the words of `code` that agree in their first `shortened` bits, without these bits;
            `puncture` drops a bit of the centers of one bit more; `parity` appends the product of all bits;
            `pad` appends a bit for balance only; `join` sets two sets of centers side by side.
        code: of the catalogue, for the rule `code`.
        shortened: how many bits are shortened away, for the rule `code`.
        parts: lengths of the centers that the other rules start from.
    """

    distance: int
    rule: Literal["code", "puncture", "parity", "pad", "join"]
    code: Code | None = None
    shortened: int = 0
    parts: tuple[int, ...] = ()


def catalogue() -> Iterator[Code]:
    """Every code that is built outright, up to `LONGEST` bits."""
    for bits in range(1, LONGEST + 1):
        yield Code("repetition", bits, 2, bits, partial(linear.repetition, bits))
        if bits > 1 and has_hadamard(bits):
            yield Code(f"±H_{bits}", bits, 2 * bits, bits // 2, partial(linear.signed_hadamard, bits))
        if bits % 4 == 1 and prime_power(bits):
            yield Code(f"conference {bits}", bits, 2 * bits + 2, bits // 2, partial(nonlinear.conference_code, bits))
    for bits in range(2, 11):
        yield Code(f"all words {bits}", bits, 2**bits, 1, partial(linear.all_words, bits))
    yield Code("Best", 10, 40, 4, nonlinear.best_code)
    yield Code("Julin", 12, 144, 4, nonlinear.julin_code)
    yield Code("Nordstrom–Robinson", 16, 256, 6, partial(nonlinear.kerdock_code, 3))
    yield Code("Kerdock 64", 64, 4096, 28, partial(nonlinear.kerdock_code, 5))
    yield Code("Kerdock 64 in a ball", 57, 256, 26, nonlinear.kerdock_section)
    yield Code("Delsarte–Goethals 64 in a ball", 51, 304, 22, nonlinear.delsarte_goethals_section)
    yield Code("Golay 24", 24, 4096, 8, linear.extended_golay)
    yield Code("BCH 16", 16, 2048, 4, partial(linear.extended_bch, 4, 4))
    yield Code("BCH 32", 32, 2048, 12, partial(linear.extended_bch, 5, 12))
    for code in stored_codes():
        name = f"quasi-cyclic [{code.bits}, {code.dimension}, {code.distance}]"
        yield Code(name, code.bits, 2**code.dimension, code.distance, code.words)


@lru_cache(maxsize=64)
def constructions(num_classes: int) -> tuple[Construction, ...]:
    """The best construction for each length, 0 to `LONGEST` bits; where nothing is known, one of distance 0.

    The rules feed each other (a code is punctured, joined, extended by a parity bit), so they are applied
    until no length gains any more.
    """
    best = [Construction(0, "pad")] * (LONGEST + 1)

    def offer(bits: int, *found: Construction) -> None:
        best[bits] = max((best[bits], *found), key=attrgetter("distance"))

    for code in catalogue():
        shortened, size = 0, code.size
        while size >= num_classes and shortened < code.bits:
            offer(code.bits - shortened, Construction(code.distance, "code", code=code, shortened=shortened))
            shortened, size = shortened + 1, -(-size // 2)  # one of the two halves has half or more
    before = None
    while best != before:
        before = list(best)
        for bits in range(2, LONGEST + 1):
            offer(bits, *_steps(best, bits))
        for bits in range(LONGEST - 1, 0, -1):
            offer(bits, Construction(best[bits + 1].distance - 1, "puncture", parts=(bits + 1,)))
    return tuple(best)


def _steps(best: list[Construction], bits: int) -> Iterator[Construction]:
    """Every way to centers of `bits` bits from shorter ones, of distance 0 where there are none."""
    shorter = best[bits - 1].distance
    rule = "parity" if shorter % 2 else "pad"
    yield Construction(shorter + shorter % 2, rule, parts=(bits - 1,))
    distances = np.array([found.distance for found in best[1:bits]])
    sums = np.where((distances > 0) & (distances[::-1] > 0), distances + distances[::-1], 0)
    first = int(sums.argmax())
    yield Construction(int(sums[first]), "join", parts=(first + 1, bits - first - 1))


def describe(num_classes: int, bits: int) -> str:
    """The construction of a length in words.

    >>> describe(100, 64), describe(10, 96)
    ('±H_64', '(2 × ±H_12 shortened 1 | 4 × ±H_20 shortened 2) + 2 balanced')
    """
    counts = Counter(_parts(num_classes, bits))
    return " | ".join(f"{count} × {name}" if count > 1 else name for name, count in counts.items())


def _parts(num_classes: int, bits: int) -> Iterator[str]:
    """The names of what is set side by side, with the steps that each of them takes."""
    known = constructions(num_classes)
    found, steps = known[bits], 0
    if found.rule == "code":
        yield found.code.name + (f" shortened {found.shortened}" if found.shortened else "")
    elif found.rule == "join":
        for part in found.parts:
            yield from _parts(num_classes, part)
    else:
        while known[bits].rule == found.rule:
            bits, steps = known[bits].parts[0], steps + 1
        inner = describe(num_classes, bits)
        inner = f"({inner})" if " | " in inner else inner
        step = {"puncture": " punctured {}", "parity": " + parity", "pad": " + {} balanced"}[found.rule]
        yield inner + step.format(steps)
