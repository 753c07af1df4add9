"""What the two documents print but cannot mean: each slip with what comes out when it is taken as printed."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from basics.errors import InputError
from basics.yaml import read_yaml
from chapters.n02_proofs.check import Check, word


def read_slips() -> list[dict[str, str]]:
    """The register: place, what is printed, what is meant, what depends on it, and the name of its check if any."""
    return read_yaml(Path(__file__).with_name("slips.yaml"))


def slips_table(as_printed: Mapping[str, Check]) -> pd.DataFrame:
    """The register, each slip with what comes out when it is taken as printed.

    Args:
        as_printed: the printed readings as checks, by their names in the register; without one, reading alone
            shows the slip.

    Raises:
        InputError: a check of the register is missing, or one is given that it does not have.
    """
    slips = pd.DataFrame(read_slips())
    wanted = set(slips["check"].dropna())
    if wanted != set(as_printed):
        raise InputError(f"checks of slips must be {sorted(wanted)}, got {sorted(as_printed)}")
    outcomes = {name: word(check) for name, check in as_printed.items()}
    found = slips["check"].map(outcomes).fillna("seen by reading")
    return slips.drop(columns="check").assign(**{"taken as printed": found})
