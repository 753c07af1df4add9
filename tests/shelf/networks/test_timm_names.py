"""Names of timm's networks, read from its source."""

import re
import subprocess
import sys

import pytest
import timm

from basics.errors import InputError
from shelf.networks import timm_names
from shelf.networks.timm_networks import LARGEST


def test_the_names_are_those_that_timm_lists() -> None:
    assert timm_names.names().keys() == set(timm.list_models())
    assert timm_names.SIZES[-1] == LARGEST


@pytest.mark.parametrize(
    "wrong", ["nonsense", "nonsense@64", "resnet18@15", "resnet18@1025", "resnet18@", "resnet18@x"]
)
def test_what_timm_does_not_have_is_refused(wrong: str) -> None:
    with pytest.raises(InputError):
        timm_names.check(wrong)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("RESNET18", "timm has no network 'RESNET18'; near are resnet18, resnet18d, skresnet18"),
        (
            "resnet18.a1_in1k",
            "'resnet18.a1_in1k'; networks are named without the weights behind a dot; near are resnet18,",
        ),
        ("vit_tiny_patch16_224@192", "timm:vit_tiny_patch16_224 takes pictures of 224 pixels a side, @224, got @192"),
    ],
)
def test_what_is_nearly_a_name_is_told_what_to_write(name: str, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        timm_names.check(name)


@pytest.mark.parametrize("good", ["vit_tiny_patch16_224@224", "xcit_nano_12_p8_224@192", "convit_tiny@224"])
def test_sizes_that_a_network_takes_are_accepted(good: str) -> None:
    timm_names.check(good)


def test_good_names_need_no_torch() -> None:
    code = (
        "import sys; from shelf.networks.timm_names import check; check('resnet18@64'); print('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
