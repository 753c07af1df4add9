"""Tabu search for the orbits of columns that give a quasi-cyclic code its distance."""

import numpy as np
from numba import njit


@njit(cache=True)
def choose_orbits(weights, sizes, given, count, distance, steps, rng):
    """Swap one orbit a step for the one that leaves the least shortfall, until no word is too light.

    Args:
        weights: (orbits, words) int64, how many ones an orbit's columns add to a word; one word an orbit of words.
        sizes: (words,) int64, how many words each of them stands for.
        given: (words,) int64, ones that every word has already.
        count: number of orbits to choose; one may be chosen several times.
        distance: weight that every word has to reach.
        steps: of the search.
        rng: numpy generator.

    Returns:
        The chosen orbits, and whether every word reaches `distance`.
    """
    orbits, words = weights.shape
    chosen = rng.integers(0, orbits, count)
    total = given.copy()
    for orbit in chosen:
        total += weights[orbit]
    if total.min() >= distance:
        return chosen, True
    allowed_again = np.zeros(orbits, dtype=np.int64)
    for step in range(steps):
        place = rng.integers(0, count)
        leaving = chosen[place]
        total -= weights[leaving]
        best, least, ties = leaving, np.int64(2**62), 0
        for orbit in range(orbits):
            if orbit == leaving or allowed_again[orbit] > step:
                continue
            shortfall = np.int64(0)
            for word in range(words):
                missing = distance - total[word] - weights[orbit, word]
                if missing > 0:
                    shortfall += sizes[word] * missing * missing
                    if shortfall > least:
                        break
            if shortfall < least:
                best, least, ties = orbit, shortfall, 1
            elif shortfall == least:
                ties += 1
                if rng.integers(0, ties) == 0:
                    best = orbit
        chosen[place] = best
        total += weights[best]
        allowed_again[leaving] = step + 1 + rng.integers(1, max(2, count))
        if least == 0:
            return chosen, True
    return chosen, False
