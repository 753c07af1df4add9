"""Names of timm's networks, without importing timm, which brings torch with it."""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

REGISTERED = re.compile(r"^@register_model\s+def (\w+)\(", re.MULTILINE)
SIZES = range(16, 1025)  # pixels a side that `timm_networks` scales to


@cache
def names() -> frozenset[str]:
    """The networks that timm's source registers; none where it is not installed."""
    spec = find_spec("timm")
    files = Path(spec.origin).parent.glob("models/*.py") if spec and spec.origin else ()
    return frozenset(name for file in files for name in REGISTERED.findall(file.read_text(encoding="utf-8")))


def check(text: str) -> None:
    """Refuse a `NAME` or `NAME@SIZE` that timm has no network for; only then is timm imported, to say what is wrong.

    Raises:
        InputError: timm has no such network, or the size is out of range.
    """
    name, sign, size = text.partition("@")
    if name not in names() or (sign and not (size.isdecimal() and int(size) in SIZES)):
        from shelf.networks.timm_networks import timm_backbone

        timm_backbone(3, text)
