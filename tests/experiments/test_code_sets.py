"""Codes of trainings, saved and browsed: the files hold them, and the pictures are the nearest ones."""

from pathlib import Path

import numpy as np
import pytest
from hashcenters.codes import binarise
from hashcenters.experiments.code_sets import browser, save_code_sets, saved_code_sets, studied_sets
from hashcenters.experiments.csq import Cell
from hashcenters.experiments.setting import classifier, make_setting
from hashcenters.results import open_results
from hashcenters.training.run import Run

OPTIONS = ["train_per_class=1", "validation_per_class=1", "query_per_class=1", "database_per_class=2"]
SETTING = make_setting(
    {
        "dataset": "digits100",
        "dataset_options": OPTIONS,
        "backbone": "alexnet-narrow",
        "weights": "none",
        "epochs": 1,
        "learning_rate": 1e-3,
    }
)


class Random(Run):
    """A finished training whose codes are drawn."""

    def codes(self, split):
        number, bits = len(getattr(SETTING.data(), split)), int(self.folder.name)
        return binarise(np.random.default_rng(bits).normal(size=(number, bits)))


@pytest.fixture
def saved(tmp_path, monkeypatch):
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path))
    results = open_results("04_training", profile="smoke")
    labels = [("L_C", 16, 0), ("L_C", 24, 0), ("L_C", 16, 1)]
    cells = [
        Cell({"loss": loss, "bits": bits, "seed": seed}, classifier(SETTING)) for loss, bits, seed in labels
    ]
    runs = [Random(cell.config, Path(str(cell.labels["bits"]))) for cell in cells]
    assert save_code_sets(results, cells, runs, SETTING.data(), by="loss", seed=0) == 2
    return saved_code_sets("smoke")


def test_codes_of_one_seed_are_saved_and_found(saved):
    assert [(one.method, one.bits, one.seed, one.file.name) for one in saved] == [
        ("L_C", 16, 0, "04-l-c-16-bits.npz"),
        ("L_C", 24, 0, "04-l-c-24-bits.npz"),
    ]
    data, codes = saved[1].data(), saved[1].codes()
    assert codes.database_codes.shape == (len(data.database), 24)
    np.testing.assert_array_equal(codes.query_labels, data.query.labels)


def test_one_method_is_studied_at_the_depth_of_its_protocol(saved):
    studied = studied_sets(saved, method="L_C")
    assert list(studied) == ["digits100, 16 bits", "digits100, 24 bits"]
    assert studied["digits100, 16 bits"].top_k == SETTING.data().top_k
    assert studied_sets(saved, method="L_P") == {}


def test_nothing_is_found_where_no_notebook_has_run(tmp_path, monkeypatch):
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path))
    assert saved_code_sets("smoke") == []


def test_the_browser_shows_the_nearest_items_of_the_chosen_query_method_and_length(saved):
    browse, choices = browser(saved, depth=3)
    assert choices["method"] == ["L_C"]
    assert choices["bits"] == [16, 24]
    drawn = browse(query=choices["query"][-1], method="L_C", bits=16)
    codes = saved[0].codes()
    distances = (codes.query_codes[-1] != codes.database_codes).sum(axis=1)
    expected = np.sort(distances)[:3]
    shown = [axis.get_xlabel() for axis in drawn.axes]
    assert shown[0] == "query"
    assert [int(text.split()[1]) for text in shown[1:]] == expected.tolist()
