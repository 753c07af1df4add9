"""The one error that a user can cause, and how a command line reports it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

EXIT_BAD_INPUT = 2


class InputError(ValueError):
    """Something the user gave is wrong; the message is one line: what was expected and what came."""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn an `InputError` into one line on standard error and exit code 2."""
    try:
        yield
    except InputError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(EXIT_BAD_INPUT)
