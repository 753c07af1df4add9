"""The one error that a user can cause, and how a command line reports it."""

import reprlib
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from operator import index
from typing import TYPE_CHECKING, Any, SupportsIndex

if TYPE_CHECKING:
    from click import Command

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130  # what a shell reports for a process that Ctrl-C ended
SHOWN = 80  # characters of a value in a message
LONGEST_MESSAGE = 4000  # characters; a list of twenty unreadable files fits

_short = reprlib.Repr()
_short.maxstring = _short.maxother = _short.maxlong = SHOWN
_short.maxlist = _short.maxtuple = _short.maxset = _short.maxdict = 20


class InputError(ValueError):
    """Something the user gave is wrong; the message is one line: what was expected and what came."""


def shown(value: Any) -> str:
    """A value for a message, cut where it is long, and written out no farther than it is shown.

    >>> shown([16, "a" * 200])
    "[16, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']"
    """
    text = _short.repr(value)
    return text if len(text) <= SHOWN + 10 else text[:SHOWN] + "…"


def one_of(value: str, choices: Collection[str], name: str) -> str:
    """The value itself, if it is one of the choices.

    Raises:
        InputError: it is none of them; calls it by the name.
    """
    if value not in choices:
        raise InputError(f"{name} must be one of {', '.join(choices)}, got {shown(value)}")
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
        raise InputError(f"{name} must be a whole number {limits}{instead}, got {shown(value)}")
    return number


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn an `InputError`, what the system refuses, or a module that is no Python into one line and exit code 2."""
    try:
        yield
    except InputError as error:
        message = str(error)
    except OSError as error:
        message = f"{error.filename or 'the system'}: {error.strerror or error}"
    except MemoryError as error:
        message = f"there is not enough memory {error}"
    except SyntaxError as error:
        message = next(_broken_modules(), str(error))
    else:
        return
    print(f"error: {one_line(message)}", file=sys.stderr)
    sys.exit(EXIT_BAD_INPUT)


def _broken_modules() -> Iterator[str]:
    """Place and fault of every module that is no Python; an error that comes from its text alone does not name it."""
    from basics.loaded import states
    from basics.source import lib_root

    for path in (lib_root() / name for name in sorted(states(lib_root(), "*.py"))):
        try:
            compile(path.read_bytes(), path, "exec")
        except SyntaxError as error:
            yield f"{path}, line {error.lineno}: {error.msg}"


def one_line(message: str) -> str:
    """A message on one line of bounded length, in which no sign moves a terminal's cursor.

    >>> one_line("no file\\n  a\\x1b[2J")
    'no file a\\\\x1b[2J'
    """
    line = " ".join(message.split())
    cut = line if len(line) <= LONGEST_MESSAGE else line[:LONGEST_MESSAGE] + "…"
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in cut)


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
