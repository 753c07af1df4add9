"""A picture of one's own becomes what the network takes, is encoded by it, and finds what its code is nearest to."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from basics.errors import InputError
from basics.paths import runs_root
from chapters.n08_retrieval import own_picture
from chapters.shared.code_sets import save_code_sets, saved_code_sets
from hashcenters.codes import hamming_distance
from hashcenters.training.run import load_data, run
from workbook.results import open_results


def as_png(array):
    content = io.BytesIO()
    Image.fromarray(array).save(content, "png")
    return content.getvalue()


@pytest.fixture(scope="module")
def head(cell, tmp_path_factory):
    """The codes of a training of half a second, and the results folder that it lies in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HASHCENTERS_RESULTS", str(tmp_path_factory.mktemp("results")))
        trained = run(cell, runs_root("smoke"))
        grid = pd.DataFrame([{"loss": "L_C", "bits": cell.bits, "seed": 0, "run": trained}])
        data = load_data(cell.dataset, cell.dataset_options)
        save_code_sets(open_results("04_training", profile="smoke"), grid, data, by="loss", seed=0, table="one")
        yield saved_code_sets("smoke")[0], trained


@pytest.fixture(autouse=True)
def where_it_was_trained(head, monkeypatch):
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(head[1].folder.parents[2]))


def test_only_trained_networks_at_hand_are_heads(head):
    saved, _ = head
    assert own_picture.heads([saved, replace(saved, key=""), replace(saved, key="gone")], profile="smoke") == [saved]
    clips = {"train_per_class": 1, "validation_per_class": 1, "query_per_class": 1, "database_per_class": 1}
    assert own_picture.heads([replace(saved, dataset="clips", dataset_options=clips)], profile="smoke") == []


def test_a_picture_of_the_data_set_gets_the_code_that_it_has(head):
    saved, trained = head
    picture = saved.data().query.inputs.batch(np.array([3]))[0]
    same = own_picture.as_input(as_png(picture[0]), picture.shape)
    np.testing.assert_array_equal(same, picture)
    code = own_picture.encode_picture(same, trained)
    np.testing.assert_array_equal(code, trained.codes("query")[[3]])
    tiles = own_picture.nearest_to(code, saved, name="mine", depth=4)
    distance = hamming_distance(code, trained.codes("database"))[0]
    assert tiles["distance"].tolist() == [0, *np.sort(distance)[:4]]
    assert tiles["name"][0] == "mine"
    assert tiles["relevant"].isna().all()


def test_any_picture_is_cut_resized_and_inverted():
    colour = np.zeros((40, 200, 3), np.uint8)
    colour[:, 70:130] = (255, 0, 0)
    found = own_picture.as_input(as_png(colour), (3, 8, 8))
    assert found.shape == (3, 8, 8)
    assert (found[0] == 255).all() and not found[1:].any()
    turned = own_picture.as_input(as_png(colour), (1, 8, 8), colours=own_picture.INVERTED)
    assert turned.shape == (1, 8, 8)
    assert (turned == 179).all()  # 0.7 of white: the luma of cyan


@pytest.mark.parametrize("content", [b"", b"no picture", as_png(np.zeros((4, 4), np.uint8))[:40]])
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(InputError, match="expected a picture, got"):
        own_picture.as_input(content, (1, 8, 8))


def test_the_figure_marks_nothing_right_or_wrong(head):
    saved, _ = head
    search, choices = own_picture.own_query([saved], profile="smoke", depth=3)
    assert choices == {"method": ["L_C"], "bits": [saved.bits], "colours": ["as it is", "inverted"]}
    drawn = search(as_png(np.full((30, 30), 200, np.uint8)))
    labels = [axis.get_xlabel() for axis in drawn.axes]
    assert labels[0] == "query"
    assert not any(sign in label for label in labels for sign in "✓✗")
    assert drawn.axes[0].get_title(loc="center") == "your picture"
    assert search().axes[0].get_title(loc="center") == "an example"
    with pytest.raises(InputError, match="no trained network of L_C with 99 bits"):
        search(bits=99)
