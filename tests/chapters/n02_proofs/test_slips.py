import pytest

from basics.errors import InputError
from chapters.n02_proofs.check import Check
from chapters.n02_proofs.slips import read_slips, slips_table

FAILS = Check("s", "exhaustive", 1, counter_example="row 1")
HOLDS = Check("s", "exhaustive", 1)
NAMES = [slip["check"] for slip in read_slips() if "check" in slip]


def test_the_table_says_how_each_slip_is_seen():
    table = slips_table(dict.fromkeys(NAMES, FAILS) | {NAMES[0]: HOLDS})
    assert table["taken as printed"].value_counts().to_dict() == {
        "seen by reading": len(read_slips()) - len(NAMES),
        "fails: row 1": len(NAMES) - 1,
        "holds": 1,
    }
    assert not table.drop(columns="taken as printed").eq("").any().any()
    assert list(table) == ["place", "printed", "meant", "effect", "taken as printed"]


@pytest.mark.parametrize("given", [NAMES[1:], [*NAMES, "unheard of"]])
def test_checks_of_other_slips_are_refused(given):
    with pytest.raises(InputError, match="checks of slips must be"):
        slips_table(dict.fromkeys(given, FAILS))
