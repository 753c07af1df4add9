"""The one error that a user can cause, and how a command line reports it."""

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from operator import index
from typing import TYPE_CHECKING, Any, SupportsIndex

if TYPE_CHECKING:
    from click import Command

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130  # what a shell reports for a process that Ctrl-C ended


class InputError(ValueError):
    """Something the user gave is wrong; the message is one line: what was expected and what came."""


def one_of(value: str, choices: Collection[str], name: str) -> str:
    """The value itself, if it is one of the choices.

    Raises:
        InputError: it is none of them; calls it by the name.
    """
    if value not in choices:
        raise InputError(f"{name} must be one of {', '.join(choices)}, got {value!r}")
    return value


def whole(value: SupportsIndex, name: str, *, low: int, high: int | None = None, instead: str = "") -> int:
    """A whole number of any kind, numpy's too, as an int.

    Args:
        value: what was given.
        name: what to call it.
        low, high: limits, inclusive.
        instead: what else could have been given, for the message.

    Raises:
        InputError: another type, or a value outside `low` to `high`; calls it by the name.

    >>> whole(3.0, "top_k", low=1)
    Traceback (most recent call last):
    basics.errors.InputError: top_k must be a whole number >= 1, got 3.0
    """
    try:
        number = None if isinstance(value, bool) else index(value)
    except TypeError:
        number = None
    if number is None or number < low or (high is not None and number > high):
        limits = f">= {low}" if high is None else f"in {low}..{high}"
        raise InputError(f"{name} must be a whole number {limits}{instead}, got {value!r}")
    return number


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn an `InputError`, or what the system refuses, into one line on standard error and exit code 2."""
    try:
        yield
    except InputError as error:
        message = str(error)
    except OSError as error:
        message = f"{error.filename or 'the system'}: {error.strerror or error}"
    except MemoryError as error:
        message = f"there is not enough memory {error}"
    else:
        return
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(EXIT_BAD_INPUT)


def run_command(command: "Command") -> Any:
    """Run a command line and return what it returns; wrong use gets one line and exit code 2."""
    from click import Abort, ClickException

    with one_line_errors():
        try:
            return command.main(standalone_mode=False)
        except Abort:
            return EXIT_INTERRUPTED
        except ClickException as error:
            raise InputError(error.format_message()) from error
