"""Names of timm's networks, without importing timm, which brings torch with it."""

import re
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from basics.errors import InputError

REGISTERED = re.compile(r"^@register_model\s+def (\w+)\(", re.MULTILINE)
SIZES = range(16, 1025)  # pixels a side that `timm_networks` scales to


@cache
def names() -> dict[str, bool]:
    """The networks that timm's source registers, each with whether it may take one size only; none without timm."""
    folders = getattr(find_spec("timm"), "submodule_search_locations", ())
    texts = [file.read_text(encoding="utf-8") for folder in folders for file in Path(folder, "models").glob("*.py")]
    return {name: "fixed_input_size" in text for text in texts for name in REGISTERED.findall(text)}


@cache
def check(text: str) -> None:
    """Refuse a `NAME` or `NAME@SIZE` that timm has no network for; timm is imported only to ask it about a size.

    Raises:
        InputError: timm has no such network, the size is out of range, or it is none that the network takes.
    """
    name, sign, size = text.partition("@")
    if name not in names():
        near = ", ".join(get_close_matches(name.partition(".")[0].lower(), names()))
        tag = "; networks are named without the weights behind a dot" if "." in name else ""
        raise InputError(f"timm has no network {name!r}{tag}{near and f'; near are {near}'}")
    if sign and (names()[name] or not (size.isascii() and size.isdecimal() and int(size) in SIZES)):
        import torch

        from shelf.networks.timm_networks import timm_backbone

        with torch.device("meta"), torch.inference_mode():
            backbone = timm_backbone(3, text)
            try:
                backbone(torch.empty(1, 3, int(size), int(size)))
            except InputError as error:
                own = backbone.layers.pretrained_cfg["input_size"][-1]
                raise InputError(f"timm:{name} takes pictures of {own} pixels a side, @{own}, got @{size}") from error
