"""Protocols as data, and the draws behind them."""

import msgspec
import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.datasets.protocol import (
    Listing,
    draw_parts,
    draw_per_class,
    find_protocol,
    hold_out,
    protocols,
)
from hashcenters.datasets.registry import registry
from hashcenters.datasets.splits import PARTS, ArrayInputs, Split, protocol_line

NAMES = ["ant", "bee", "cat"]


def listing(labels: np.ndarray, prefix: str = "") -> Listing:
    return Listing(tuple(f"{prefix}{row}" for row in range(len(labels))), labels)


def draw(labels: np.ndarray, counts: list[int], seed: int = 0) -> np.ndarray:
    return draw_per_class(
        labels,
        counts,
        pool=np.arange(len(labels)),
        rng=np.random.default_rng(seed),
        class_names=NAMES,
        part="query",
    )


def test_published_protocols() -> None:
    sizes = {p.name: (p.train, p.query, p.database, p.top_k) for p in protocols().values()}
    assert sizes["imagenet-100"] == (13_000, 5_000, 128_503, 1000)
    assert sizes["coco-80"] == (10_000, 5_000, None, 5000)
    assert sizes["nus-wide-21"] == (10_500, 2_100, None, 5000)
    assert sizes["stanford-cars-196"] == (8_144, 8_041, 8_144, None)
    assert sizes["nabirds-555"] == (23_929, 24_633, 23_929, None)
    assert sizes["ucf101-1"] == sizes["ucf101-1-lists"] == (9_537, 3_783, 9_537, 100)
    assert sizes["hmdb51-1"] == sizes["hmdb51-1-lists"] == (3_570, 1_530, 3_570, 70)
    assert sizes["tiny-imagenet"] == (13_000, 5_000, 50_000, 1000)
    assert sizes["cifar10-1"] == (5_000, 1_000, 59_000, None)


def test_every_protocol_belongs_to_a_data_set_and_its_draw_fits_its_sizes() -> None:
    for protocol in protocols().values():
        classes = registry()[protocol.data].num_classes
        for part in PARTS if protocol.draw else ():
            if isinstance(protocol.draw.get(part), int) and part != "validation":
                scale = classes if protocol.draw["per"] == "class" else 1
                assert protocol.draw[part] * scale == getattr(protocol, part)


def test_default_and_unknown_protocol() -> None:
    assert find_protocol(None, data="cifar10").name == "cifar10-0"
    with pytest.raises(InputError, match=r"protocol of cifar10 must be one of cifar10-0, .*, got 'coco-80'"):
        find_protocol("coco-80", data="cifar10")


def test_protocol_line() -> None:
    sizes = {"train": 1_300, "validation": 100, "query": 50, "database": 2_503}
    splits = {
        part: Split(ArrayInputs(np.zeros((size, 1))), np.zeros(size), np.zeros(size)) for part, size in sizes.items()
    }
    counted = "1,300 train, 100 validation, 50 query, 2,503 database; mAP@"
    assert protocol_line(splits, None, name="x", note="y") == f"x: {counted}All; y"
    assert protocol_line(splits, 70) == f"{counted}70"


def test_draw_per_class_takes_the_counts_without_repeats() -> None:
    labels = np.repeat([0, 1, 2], [5, 10, 20])
    chosen = draw(labels, [1, 4, 20])
    assert np.bincount(labels[chosen]).tolist() == [1, 4, 20]
    assert len(set(chosen.tolist())) == 25
    assert (chosen == draw(labels, [1, 4, 20])).all()
    assert not np.array_equal(chosen, draw(labels, [1, 4, 20], seed=1))


def test_draw_per_class_of_several_labels_lets_the_rarest_draw_first() -> None:
    labels = np.array([[1, 1, 1], [1, 1, 0], [1, 1, 0], [1, 0, 0], [1, 0, 0]], np.uint8)
    chosen = draw(labels, [2, 2, 1])
    assert chosen.tolist() == [0, 1, 2, 3, 4]


def test_a_class_with_too_few_samples_is_named() -> None:
    with pytest.raises(InputError, match="query asks for 3 samples of class 'bee', got 2"):
        draw(np.array([0, 0, 0, 1, 1, 2, 2, 2]), [3, 3, 3])


@pytest.mark.parametrize("per", ["all", "class"])
@pytest.mark.parametrize("rest", [False, True])
def test_draws_by_protocol(per: str, rest: bool) -> None:
    every = listing(np.repeat([0, 1, 2], 10))
    sizes = {"query": 2, "train": 3} if per == "class" else {"query": 6, "train": 9}
    draw = {"per": per, **sizes} | ({"database": "without train"} if rest else {})
    protocol = msgspec.structs.replace(protocols()["cifar10-1"], draw=draw)
    parts = draw_parts(every, protocol, seed=0, class_names=NAMES)
    assert [len(parts[part]) for part in ("query", "train", "database")] == [6, 9, 15 if rest else 24]
    query, train, database = (set(parts[part].paths) for part in ("query", "train", "database"))
    assert not query & database and not query & train
    assert not train & database if rest else train < database
    if per == "class":
        assert np.bincount(parts["train"].labels).tolist() == [3, 3, 3]
    again, other = (draw_parts(every, protocol, seed=seed, class_names=NAMES) for seed in (0, 1))
    assert parts["query"].paths == again["query"].paths != other["query"].paths


def test_draws_of_more_than_there_are() -> None:
    protocol = protocols()["coco-80-drawn"]
    with pytest.raises(InputError, match="coco-80-drawn draws 15,000 samples, got 3"):
        draw_parts(listing(np.array([0, 1, 2])), protocol, seed=0, class_names=NAMES)


def test_validation_from_the_rest_leaves_the_training_split_whole() -> None:
    labels = np.tile([0, 1, 2], 20)
    database = listing(labels)
    train = database.take(np.arange(30))
    kept, held = hold_out(train, database, share=0.1, source="rest", seed=0, class_names=NAMES)
    assert kept is train
    assert np.bincount(held.labels).tolist() == [1, 1, 1]
    assert not set(held.paths) & set(train.paths)


def test_validation_from_the_training_split_leaves_one_of_each_class() -> None:
    train = listing(np.array([0, 1, 1, 2, 2, 2, 2]))
    kept, held = hold_out(train, train, share=0.5, source="train", seed=0, class_names=NAMES)
    assert np.bincount(held.labels, minlength=3).tolist() == [0, 1, 2]
    assert sorted((*kept.paths, *held.paths)) == sorted(train.paths)
    whole, none = hold_out(train, train, share=0.0, source="train", seed=0, class_names=NAMES)
    assert (len(whole), len(none)) == (7, 0)


def test_validation_of_several_labels() -> None:
    database = listing(np.eye(3, dtype=np.uint8).repeat(10, axis=0))
    train = database.take(np.arange(0, 30, 2))
    _, held = hold_out(train, database, share=0.2, source="rest", seed=0, class_names=NAMES)
    assert len(held) == 3
    assert not set(held.paths) & set(train.paths)
    with pytest.raises(InputError, match="validation asks for 8 samples, got 0"):
        hold_out(train, train, share=0.5, source="rest", seed=0, class_names=NAMES)


def test_validation_share_out_of_range() -> None:
    train = listing(np.array([0, 1, 2]))
    with pytest.raises(InputError, match=r"share of the training split from 0 to 0.5, got 0.9"):
        hold_out(train, train, share=0.9, source="train", seed=0, class_names=NAMES)
