"""Codes of trainings, saved and browsed: the files hold them, and the pictures are the nearest ones."""

import json
from dataclasses import replace

import numpy as np
import pytest
from made_up import MadeUp, make_setting, table

from basics.errors import InputError
from basics.files import read_json
from chapters.n08_retrieval import browse, readings
from chapters.shared.code_sets import save_code_sets, saved_code_sets
from chapters.shared.setting import classifier
from hashcenters.codes import binarise
from workbook.results import open_results

SETTING = make_setting(weights="none")


def drawn_codes(bits):
    """A finished training whose codes are drawn."""
    data, draw = SETTING.data(), np.random.default_rng(bits)
    codes = {split: binarise(draw.normal(size=(len(getattr(data, split)), bits))) for split in ("query", "database")}
    return MadeUp(codes, classifier(SETTING))


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HASHCENTERS_RESULTS", str(tmp_path_factory.mktemp("results")))
        results = open_results("04_training", profile="smoke")
        labels = [("L_C", 16, 0), ("L_C", 24, 0), ("L_C", 16, 1), ("L_P", 32, 0)]
        rows = [{"loss": loss, "bits": bits, "seed": seed} for loss, bits, seed in labels]
        runs = table(rows, [drawn_codes(row["bits"]) for row in rows])
        assert save_code_sets(results, runs, SETTING.data(), by="loss", seed=0, table="loss-ablation") == 3
        yield saved_code_sets("smoke")


def test_codes_of_one_seed_are_saved_and_found(saved):
    assert [(one.method, one.bits, one.seed, one.file.name) for one in saved] == [
        ("L_C", 16, 0, "04-loss-ablation-l-c-16-bits.npz"),
        ("L_C", 24, 0, "04-loss-ablation-l-c-24-bits.npz"),
        ("L_P", 32, 0, "04-loss-ablation-l-p-32-bits.npz"),
    ]
    assert {one.key for one in saved} == {"made-up"}
    data, codes = saved[1].data(), saved[1].codes()
    assert codes.database_codes.shape == (len(data.database), 24)
    np.testing.assert_array_equal(codes.query_labels, data.query.labels)


def test_a_method_of_two_tables_is_named_with_its_notebook(saved):
    first, other = saved[0], replace(saved[0], notebook="10", table="ladder")
    found = browse.told_apart([first, other, saved[2]])
    assert [one.method for one in found] == ["L_C (04)", "L_C (10)", "L_P"]
    assert [one.file for one in found] == [first.file, other.file, saved[2].file]
    assert browse.told_apart(saved) == saved


def test_codes_of_an_earlier_run_go_and_another_tables_stay(tmp_path, monkeypatch):
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path))
    results, runs = (
        open_results("04_training", profile="smoke"),
        table([{"loss": loss, "bits": 16, "seed": 0} for loss in ("L_C", "L_P")], [drawn_codes(16), drawn_codes(16)]),
    )
    for rows, name in ((runs, "one"), (runs, "two"), (runs[:1], "one")):
        save_code_sets(results, rows, SETTING.data(), by="loss", seed=0, table=name)
    found = sorted(path.name for path in (results.folder / "codes").glob("04-*.npz"))
    assert found == ["04-one-l-c-16-bits.npz", "04-two-l-c-16-bits.npz", "04-two-l-p-16-bits.npz"]
    assert [one.file.name for one in saved_code_sets("smoke")] == found


def test_one_method_is_studied_at_the_depth_of_its_protocol(saved):
    studied = browse.studied_sets(saved, method="L_C")
    assert list(studied) == ["digits100, 16 bits", "digits100, 24 bits"]
    assert studied["digits100, 16 bits"].top_k == SETTING.data().top_k
    assert browse.studied_sets(saved, method="L_Q") == {}


def test_nothing_is_found_where_no_notebook_has_run(tmp_path, monkeypatch):
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path))
    assert saved_code_sets("smoke") == []


def labels_below(drawn):
    return [axis.get_xlabel() for axis in drawn.axes]


def bits_of(label):
    return int(label.split()[-2])


def test_the_browser_shows_the_nearest_items_of_the_chosen_query_method_and_length(saved):
    one_query, choices = browse.browser(saved, depth=3)
    assert choices["method"] == ["L_C", "L_P"]
    assert choices["beside"] == [browse.ALONE, "L_C", "L_P"]
    assert choices["bits"] == [16, 24, 32]
    drawn = one_query(query=choices["query"][-1], show=browse.ALL, method="L_C", bits=16)
    codes, data = saved[0].codes(), saved[0].data()
    distances = (codes.query_codes[-1] != codes.database_codes).sum(axis=1)
    shown = labels_below(drawn)
    assert shown[0] == "query"
    assert [bits_of(text) for text in shown[1:]] == np.sort(distances)[:3].tolist()
    nearest = np.argsort(distances, kind="stable")[:3]
    names = [axis.get_title(loc="center") for axis in drawn.axes]
    assert names[1:] == [data.class_names[data.database.labels[item]] for item in nearest]
    assert names[0] == data.class_names[data.query.labels[-1]]


def test_it_starts_with_the_longest_codes_of_a_method(saved):
    assert [(one.method, one.bits) for one in (browse.first_shown(saved), browse.first_shown(saved, method="L_P"))] == [
        ("L_C", 24),
        ("L_P", 32),
    ]
    assert browse.first_shown(saved, method="gone") == browse.first_shown(saved)
    first = browse.first_shown(saved)
    tiles = browse.nearest(first, first.data(), 0, depth=3)
    one_query, _ = browse.browser(saved, depth=3)
    labels = labels_below(one_query(show=browse.ALL))[1:]
    assert [bits_of(label) for label in labels] == tiles["distance"].tolist()[1:]


def test_two_methods_stand_above_each_other(saved):
    both = [replace(one, bits=16) for one in (saved[0], replace(saved[0], method="twin"))]
    one_query, _ = browse.browser(both, beside="twin", depth=3)
    shown = labels_below(one_query())
    assert shown[:4] == shown[4:]
    assert [axis.get_ylabel() for axis in one_query().axes[::4]] == ["L_C", "twin"]
    assert len(one_query(beside="L_C").axes) == 4
    alone, _ = browse.browser(both, beside="gone", depth=3)
    assert len(alone().axes) == 4


def test_a_method_without_codes_of_a_length_is_shown_with_its_longest(saved):
    one_query, _ = browse.browser(saved, depth=2)
    drawn = one_query(method="L_C", beside="L_P", bits=32)  # which only L_P has
    assert ", 24 and 32 bits; " in drawn._suptitle.get_text()
    assert [axis.get_ylabel() for axis in drawn.axes[::3]] == ["L_C, 24 bits", "L_P"]
    assert ", 32 bits; " in one_query(method="L_P", bits=32)._suptitle.get_text()


def test_codes_on_other_data_than_the_first_are_left_out(saved):
    other = replace(saved[0], method="elsewhere", bits=8, dataset_options={**saved[0].dataset_options, "noise": 0.1})
    _, choices = browse.browser([*saved, other], method="L_C", depth=2)
    assert choices["method"] == ["L_C", "L_P"] and 8 not in choices["bits"]


def test_only_failures_are_counted_around(saved):
    one = saved[0]
    data, codes = one.data(), one.codes()
    failing = browse.failures(one, data, depth=2)
    right = codes.database_labels[browse.nearest(one, data, 0, depth=2)["row"][1:]] == codes.query_labels[0]
    assert (0 in failing) == (not right.all())
    one_query, _ = browse.browser([one], depth=2)
    titles = [one_query(query=place)._suptitle.get_text() for place in (0, len(failing), 1)]
    assert titles[0] == titles[1] != titles[2]
    assert titles[0].startswith(f"query {failing[0]} (")
    assert f"{len(failing)} of {len(data.query)} queries of L_C have" in titles[0]
    assert readings.failing(failing, one, depth=2) == (
        f"{len(failing)} of {len(data.query)} queries have something wrong among their nearest 2 items "
        "(L_C, 16 bits, digits100)."
    )


def test_where_nothing_fails_all_queries_are_shown(saved, monkeypatch):
    monkeypatch.setattr(browse, "failures", lambda *_, **__: [])
    one_query, _ = browse.browser(saved, depth=2)
    assert one_query(query=5)._suptitle.get_text().startswith("query 5 (")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [("file", "../04.npz", "file"), ("bits", 0, "bits"), ("labels", "/tmp/x.npz", "labels"), ("other", 1, "other")],
)
def test_an_edited_list_is_refused_and_leads_nowhere(tmp_path, monkeypatch, field, value, message):
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path))
    results = open_results("04_training", profile="smoke")
    runs = table([{"loss": "L_C", "bits": 16, "seed": 0}], [drawn_codes(16)])
    save_code_sets(results, runs, SETTING.data(), by="loss", seed=0, table="one")
    path = results.folder / "codes/04-one.json"
    path.write_text(json.dumps([read_json(path)[0] | {field: value}]))
    with pytest.raises(InputError, match=message):
        saved_code_sets("smoke")
