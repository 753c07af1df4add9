"""Simulated codes, tables of ties, and shuffles that average to the expected rule."""

import numpy as np
import pytest

from basics.errors import InputError
from chapters.n08_retrieval import ties
from chapters.n08_retrieval.simulated import simulated_codes
from hashcenters.codes import hamming_distance
from hashcenters.metrics import TIES, all_ties

SIZES = {"queries": 20, "database": 300, "num_classes": 6}


def studied(bits=16, flips=0.2, top_k=30):
    return ties.StudiedSet(simulated_codes(bits, flips=flips, seed=0, **SIZES), "simulated", top_k)


def test_codes_without_flips_are_centers():
    made = simulated_codes(16, flips=0.0, seed=1, **SIZES)
    assert len(np.unique(made.database_codes, axis=0)) == 6
    assert all_ties(*ties.StudiedSet(made, "simulated", None).arrays(), top_k=None)["relevant_last"] == 1.0


def test_flips_and_confusion_have_their_shares():
    made = simulated_codes(64, queries=1, database=4000, num_classes=8, flips=0.1, confused=0.3, seed=2)
    clean = simulated_codes(64, queries=1, database=4000, num_classes=8, flips=0.0, seed=2)
    centers = {c: clean.database_codes[clean.database_labels == c][0] for c in range(8)}
    own = np.array([centers[c] for c in made.database_labels])
    far = (made.database_codes != own).mean(axis=1)
    assert np.median(far) == pytest.approx(0.1, abs=0.02)
    assert (far > 0.3).mean() == pytest.approx(0.3 * 7 / 8, abs=0.03)


def test_the_table_says_what_all_ties_says():
    table = ties.tie_table({"a": studied(), "b": studied(top_k=None)})
    assert table["top_k"].tolist() == ["30", "All"]
    for row, top_k in ((0, 30), (1, None)):
        means = all_ties(*studied().arrays(), top_k=top_k)
        assert table.loc[row, list(TIES)].to_dict() == means
        assert table.loc[row, "spread"] == max(means.values()) - min(means.values())
    long = ties.by_rule(table)
    assert len(long) == 8 and set(long.columns) == {"protocol", "codes", "ties", "mAP"}
    assert set(long["protocol"]) == {"simulated, mAP@30", "simulated, mAP@All"}


def test_no_table_mixes_protocols():
    table = ties.tie_table({"a": studied(), "b": studied(top_k=None), "c": studied(bits=24)})
    parts = ties.by_protocol(table)
    assert {name: part["codes"].tolist() for name, part in parts.items()} == {
        "simulated-30": ["a", "c"],
        "simulated-all": ["b"],
    }


def test_the_tied_block_at_the_cut_is_counted():
    one = studied()
    distances = np.sort(hamming_distance(one.codes.query_codes, one.codes.database_codes), axis=1)
    sizes = (distances == distances[:, [29]]).sum(axis=1)
    assert ties.tie_table({"a": one})["tied at the cut"][0] == sizes.mean()


def test_shuffles_average_to_the_expected_rule():
    one = studied(bits=8, top_k=20)
    found = ties.shuffled_orders(one, shuffles=200, seed=0)["mAP"]
    expected = all_ties(*one.arrays(), top_k=20)["expected"]
    assert found.std() > 0
    assert abs(found.mean() - expected) < 4 * found.std() / np.sqrt(200)


def test_no_released_set_is_found_in_an_empty_data_root(tmp_path, monkeypatch):
    monkeypatch.setenv("HASHCENTERS_DATA", str(tmp_path))
    assert ties.released_set() == {}


def test_every_released_set_has_the_depth_of_its_protocol(tmp_path, monkeypatch):
    monkeypatch.setenv("HASHCENTERS_DATA", str(tmp_path))
    folder = tmp_path / "csq-official/video/dataset/UCF101"
    folder.mkdir(parents=True)
    for part in ("test", "database"):
        np.save(folder / f"{part}_hash.npy", np.tile(np.float32([0.5] * 15 + [-0.5]), (3, 1)))
        assert ties.released_set() == {}
        np.save(folder / f"{part}_label.npy", np.arange(3))
    found = ties.released_set()
    assert {name: (one.origin, one.top_k, one.substitute) for name, one in found.items()} == {
        "UCF101 as released, 16 bits": ("released", 100, None)
    }
    codes = found["UCF101 as released, 16 bits"].codes.query_codes
    assert (codes[:, :15] == 1).all() and (codes[:, 15] == -1).all()


@pytest.mark.parametrize("change", [{"flips": 0.6}, {"flips": -0.1}, {"confused": 2.0}, {"queries": 0}])
def test_impossible_simulations_get_one_line(change):
    with pytest.raises(InputError, match="simulated codes need"):
        simulated_codes(16, **({"flips": 0.1, "seed": 0} | SIZES | change))
