"""Names of timm's networks, read from its source."""

import subprocess
import sys

import pytest
import timm

from basics.errors import InputError
from shelf.networks import timm_names
from shelf.networks.timm_networks import LARGEST


def test_the_names_are_those_that_timm_lists() -> None:
    assert timm_names.names() == set(timm.list_models())
    assert timm_names.SIZES[-1] == LARGEST


@pytest.mark.parametrize(
    "wrong", ["nonsense", "nonsense@64", "resnet18@15", "resnet18@1025", "resnet18@", "resnet18@x"]
)
def test_what_timm_does_not_have_is_refused(wrong: str) -> None:
    with pytest.raises(InputError):
        timm_names.check(wrong)


def test_good_names_need_no_torch() -> None:
    code = (
        "import sys; from shelf.networks.timm_names import check; check('resnet18@64'); print('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
