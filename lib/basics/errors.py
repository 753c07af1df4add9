"""The one error that a user can cause, and how a command line reports it."""

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager

EXIT_BAD_INPUT = 2


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


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn an `InputError` into one line on standard error and exit code 2."""
    try:
        yield
    except InputError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(EXIT_BAD_INPUT)
