import pytest
from hashcenters.proofs.slips import SLIPS, slips_table


@pytest.mark.parametrize("slip", [slip for slip in SLIPS if slip.as_printed], ids=lambda slip: slip.place)
def test_taken_as_printed_every_slip_fails(slip):
    assert not slip.as_printed().holds


def test_the_table_says_how_each_slip_is_seen():
    table = slips_table()
    assert len(table) == len(SLIPS)
    assert set(table["taken as printed"].str.split(":").str[0]) == {"fails", "seen by reading"}
    assert not table.drop(columns="taken as printed").eq("").any().any()
