"""Keeps an import from taking seconds."""

import sys


def skip_grammar() -> None:
    """Let jsonschema do without `rfc3987_syntax`, which compiles a grammar for two seconds when imported.

    nbformat brings jsonschema into every process that reads a notebook. The package is optional there: it checks
    texts that are to be internationalised addresses, which no notebook format asks for.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
