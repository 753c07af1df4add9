"""Whether a training has converged, read off its losses."""

from collections.abc import Sequence

CONVERGED = 0.02  # share of the whole fall of the loss that the last fifth of the epochs may still bring


def on_plateau(losses: Sequence[int | float]) -> bool:
    """Whether the loss reached its plateau: the last fifth of the epochs, at least two, brought little.

    Args:
        losses: one an epoch.

    >>> on_plateau([4, 2, 1, 1, 1]), on_plateau([4, 3, 2, 1]), on_plateau([4, 1])
    (True, False, False)
    """
    width = max(2, len(losses) // 5)
    if len(losses) <= width:
        return False
    return bool(losses[-1 - width] - losses[-1] <= CONVERGED * (losses[0] - losses[-1]))
