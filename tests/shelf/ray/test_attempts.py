"""Attempts on a cluster: repeated for what is missing, with a bound; and what nodes do, without Ray."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.sweep import keyed
from hashcenters.training.run import WithNetwork, find, run, run_key
from shelf.ray import attempts, driver, node


@pytest.fixture
def answering(monkeypatch):
    """A cluster that always answers."""
    monkeypatch.setattr(attempts, "check", lambda address: None)


def asking(desk):
    """A desk asked without a network between."""
    return lambda name, *arguments: getattr(desk, name)(*arguments)


def desk_for(root: Path, *cells):
    return node.Desk(root, {run_key(cell): asdict(cell) for cell in cells})


def trained(*cells, root):
    """Train on a cluster."""
    attempts.train_on_cluster(keyed(cells), root, "head:1", lambda key, error: None)


def test_what_an_attempt_leaves_is_attempted_again(cell, tmp_path, monkeypatch, answering):
    cells = [cell.with_seed(seed) for seed in range(3)]
    asked, told = [], []

    def one_at_a_time(job, look):
        asked.append(list(job["cells"]))
        events = node.work(asking(desk_for(tmp_path, cells[len(asked) - 1])), tmp_path, ".")
        look()
        return events, "a node ended"

    monkeypatch.setattr(attempts, "attempt", one_at_a_time)
    attempts.train_on_cluster(keyed(cells), tmp_path, "head:1", lambda key, error: told.append((key, error)))
    keys = [run_key(cell) for cell in cells]
    assert asked == [keys, keys[1:], keys[2:]]
    assert told == [(key, None) for key in keys]


def test_what_others_start_from_is_trained_before_them(cell, classifier, tmp_path, monkeypatch, answering):
    child = replace(cell, backbone_from=classifier)
    asked = []

    def whole(job, look):
        asked.append(list(job["cells"]))
        cells = [config for config in (classifier, child) if run_key(config) in job["cells"]]
        return node.work(asking(desk_for(tmp_path, *cells)), tmp_path, "."), ""

    monkeypatch.setattr(attempts, "attempt", whole)
    trained(child, classifier, root=tmp_path)
    assert asked == [[run_key(classifier)], [run_key(child)]]


def test_a_cluster_that_finishes_nothing_is_given_up(cell, tmp_path, monkeypatch, answering):
    tried = []
    monkeypatch.setattr(attempts, "attempt", lambda job, look: (tried.append(job), ([], "out of memory"))[1])
    with pytest.raises(InputError, match="head:1 finished none of 1 trainings: out of memory"):
        trained(cell, root=tmp_path)
    assert len(tried) == attempts.PATIENCE


def test_a_refused_training_ends_the_sweep_with_its_line(cell, tmp_path, monkeypatch, answering):
    monkeypatch.setattr(attempts, "attempt", lambda job, look: ([{"error": "node a: no data"}], ""))
    with pytest.raises(InputError, match="node a: no data"):
        trained(cell, root=tmp_path)


def test_a_node_that_shares_the_folder_trains_in_it(cell, tmp_path):
    (tmp_path / "mark").touch()
    events = node.work(asking(desk_for(tmp_path, cell, cell.with_seed(1))), tmp_path, "mark")
    assert events == [{"finished": run_key(cell)}, {"finished": run_key(cell.with_seed(1))}]
    assert find(cell, tmp_path) is not None


def test_a_node_with_its_own_disk_gets_its_start_and_hands_over_the_end(cell, classifier, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "node"))
    here, straight = tmp_path / "here", tmp_path / "straight"
    child = replace(cell, backbone_from=classifier)
    run(classifier, here)
    before = (here / run_key(classifier) / "config.json").read_bytes()
    assert node.work(asking(desk_for(here, child)), Path("/elsewhere"), "mark") == [{"finished": run_key(child)}]
    brought = node.own_root() / run_key(classifier) / "config.json"
    assert brought.read_bytes() == before
    assert not (node.own_root() / run_key(child)).exists()
    assert np.array_equal(find(child, here).outputs("query"), run(child, straight).outputs("query"))


def test_a_node_with_other_code_refuses_and_the_desk_closes(cell, tmp_path):
    desk = node.Desk(tmp_path, {"0" * 20: asdict(cell), run_key(cell): asdict(cell)})
    [event] = node.work(asking(desk), tmp_path, "mark")
    assert "its code or its data differ" in event["error"]
    assert desk.take() is None


@pytest.mark.parametrize(
    ("offered", "device", "expected"),
    [
        ([{"CPU": 4.0}, {"CPU": 2.0, "GPU": 1.0}], "cpu", 6),
        ([{"CPU": 4.0}, {"CPU": 2.0, "GPU": 1.0}, {"CPU": 1.0, "GPU": 8.0}], "cuda", 2),
    ],
)
def test_one_training_a_processor_or_gpu(offered, device, expected, monkeypatch):
    monkeypatch.setattr(driver, "nodes", lambda: dict(enumerate(offered)))
    assert driver.slots(device) == expected


def test_gpu_trainings_need_a_node_with_a_gpu(monkeypatch):
    monkeypatch.setattr(driver, "nodes", lambda: {"head": {"CPU": 4.0}})
    with pytest.raises(InputError, match="want device cuda, but no node has a GPU"):
        driver.slots("cuda")


def test_a_network_that_is_asked_for_is_asked_of_the_nodes_too(cell, tmp_path, monkeypatch):
    asked = WithNetwork(**vars(replace(cell, trainable="head")))
    run(replace(cell, trainable="head"), tmp_path)
    told = []

    def attempt(job, look):
        look()
        assert told == []  # what is finished without its network is not what was asked for
        return node.work(asking(node.Desk(tmp_path, job["cells"])), tmp_path, "."), ""

    monkeypatch.setattr(attempts, "check", lambda address: None)
    monkeypatch.setattr(attempts, "attempt", attempt)
    attempts.train_on_cluster(keyed([asked]), tmp_path, "head:1", lambda key, error: told.append(key))
    assert told == [run_key(asked)] and find(asked, tmp_path)
