"""Search against a full sort, recall of the inverted file, and files that must not be loaded."""

import json

import faiss
import numpy as np
import pytest

from basics.errors import InputError
from hashcenters import retrieval
from hashcenters.codes import hamming_distance


def clustered_codes(count, bits, seed=0, clusters=20, flips=0.1):
    rng = np.random.default_rng(seed)
    centers = rng.choice(np.array([-1, 1], dtype=np.int8), (clusters, bits))
    noise = np.where(rng.random((count, bits)) < flips, -1, 1).astype(np.int8)
    return centers[rng.integers(0, clusters, count)] * noise


@pytest.mark.parametrize("bits", [8, 12, 64, 100])
def test_a_flat_search_is_a_stable_sort(bits):
    codes = clustered_codes(500, bits)
    distances, rows = retrieval.search_index(retrieval.build_index(codes[40:]), codes[:40], top_k=30)
    exact = hamming_distance(codes[:40], codes[40:])
    order = np.argsort(exact, axis=1, kind="stable")[:, :30]
    np.testing.assert_array_equal(rows, order)
    np.testing.assert_array_equal(distances, np.take_along_axis(exact, order, axis=1))


def test_an_inverted_file_finds_more_with_more_probes_and_all_with_all():
    codes = clustered_codes(4000, 32)
    index = retrieval.build_index(codes[100:], kind="inverted", lists=40)
    exact, _ = retrieval.search_index(retrieval.build_index(codes[100:]), codes[:100], top_k=50)
    recalls = []
    for probes in (1, 4, 40):
        found, rows = retrieval.search_index(index, codes[:100], top_k=50, probes=probes)
        assert (found[rows < 0] == 33).all()
        recalls.append(retrieval.distance_recall(found, exact))
    assert 0.2 < recalls[0] <= recalls[1] <= recalls[2] == 1.0


def test_all_lists_visit_all_codes_and_fewer_lists_fewer():
    codes = clustered_codes(2000, 32)
    index = retrieval.build_index(codes, kind="inverted", lists=20)
    shares = [retrieval.visited_share(index, codes[:50], probes=probes) for probes in (1, 5, 20)]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx((2000 + 20) / 2000)
    with pytest.raises(InputError, match="this flat index has none"):
        retrieval.visited_share(retrieval.build_index(codes), codes, probes=1)


@pytest.mark.parametrize("kind", retrieval.KINDS)
def test_codes_can_be_added_later(kind):
    codes = clustered_codes(600, 24)
    index = retrieval.build_index(codes[:400], kind=kind)
    retrieval.add_codes(index, codes[400:])
    assert len(index) == 600
    distances, rows = retrieval.search_index(index, codes[599:], top_k=1)
    assert distances[0, 0] == 0 and (codes[rows[0, 0]] == codes[599]).all()


@pytest.mark.parametrize("kind", retrieval.KINDS)
@pytest.mark.parametrize("memory_map", [False, True])
def test_a_saved_index_answers_the_same(tmp_path, kind, memory_map):
    codes = clustered_codes(900, 20)
    index = retrieval.build_index(codes, kind=kind)
    retrieval.save_index(index, tmp_path / "codes.faiss")
    loaded = retrieval.load_index(tmp_path / "codes.faiss", memory_map=memory_map)
    assert (loaded.kind, loaded.bits, len(loaded)) == (kind, 20, 900)
    for before, after in zip(*(retrieval.search_index(i, codes[:9], top_k=5) for i in (index, loaded)), strict=True):
        np.testing.assert_array_equal(before, after)


def test_the_same_seed_builds_the_same_index():
    codes = clustered_codes(2000, 16)
    made, threads = [], faiss.omp_get_max_threads()
    for used in (1, 2, threads):
        faiss.omp_set_num_threads(used)
        made.append(retrieval.build_index(codes, kind="inverted", seed=3))
    assert (
        faiss.serialize_index_binary(made[0].handle).tobytes() == faiss.serialize_index_binary(made[1].handle).tobytes()
    )


def test_numpy_numbers_are_numbers():
    codes = clustered_codes(300, 16)
    index = retrieval.build_index(codes, kind="inverted", lists=np.int64(6), seed=np.int64(0))
    found = retrieval.search_index(index, codes[:9], top_k=np.int64(5), probes=np.int32(2))
    expected = retrieval.search_index(index, codes[:9], top_k=5, probes=2)
    np.testing.assert_array_equal(found[1], expected[1])
    assert retrieval.visited_share(index, codes, probes=np.int64(6)) == pytest.approx((300 + 6) / 300)


def test_bad_codes_add_nothing():
    index = retrieval.build_index(CODES)
    bad = np.ones((70_000, 16), dtype=np.int8)
    bad[-1, 3] = 2
    with pytest.raises(InputError, match="got 2"):
        retrieval.add_codes(index, bad)
    assert len(index) == len(CODES)


def spoil(path, how):
    """Damage a saved index in one of the ways that happen."""
    facts = json.loads(retrieval.sidecar(path).read_text())
    content = path.read_bytes()
    if how == "cut":
        path.write_bytes(content[:-100])
    elif how == "changed":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif how == "missing":
        path.unlink()
    elif how == "no sidecar":
        retrieval.sidecar(path).unlink()
    elif how == "sidecar of another kind":
        retrieval.sidecar(path).write_text("[]")
    elif how == "foreign":
        path.write_bytes(b"x" * 100)
        retrieval.sidecar(path).write_text(json.dumps(facts | {"sha256": retrieval.sha256(path)}))
    else:
        changed = {
            "other bits": {"bits": 40},
            "other count": {"count": 299},
            "other kind": {"kind": "inverted"},
            "bits in words": {"bits": "16"},
        }[how]
        retrieval.sidecar(path).write_text(json.dumps(facts | changed))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("cut", "it is cut, damaged or another file"),
        ("changed", "does not have the SHA-256 of its sidecar"),
        ("missing", "does not exist"),
        ("no sidecar", "cannot read .*codes.faiss.json"),
        ("sidecar of another kind", "codes.faiss.json must be mapping, got"),
        ("other bits", "not what its sidecar says"),
        ("other count", "not what its sidecar says"),
        ("other kind", "not what its sidecar says"),
        ("bits in words", "codes.faiss.json, bits must be int, got '16'"),
        ("foreign", "is not a binary FAISS index"),
    ],
)
def test_a_spoiled_index_is_not_loaded(tmp_path, how, message):
    path = tmp_path / "codes.faiss"
    retrieval.save_index(retrieval.build_index(clustered_codes(300, 16)), path)
    spoil(path, how)
    with pytest.raises(InputError, match=message) as caught:
        retrieval.load_index(path)
    assert "\n" not in str(caught.value)


CODES = clustered_codes(50, 16)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: retrieval.build_index(CODES, kind="tree"), "kind must be one of flat, inverted, got 'tree'"),
        (lambda: retrieval.build_index(CODES[:0]), r"one code or more, got shape \(0, 16\)"),
        (lambda: retrieval.build_index((CODES * 2).astype(np.int8)), "must be -1 or"),
        (lambda: retrieval.build_index(CODES, kind="inverted", lists=51), r"lists must be a whole number in 1\.\.50"),
        (
            lambda: retrieval.search_index(
                retrieval.build_index(CODES, kind="inverted", lists=4), CODES, top_k=1, probes=0
            ),
            r"probes must be a whole number in 1\.\.4",
        ),
        (lambda: retrieval.add_codes(retrieval.build_index(CODES), CODES[:, :8]), "the index's 16 bits"),
        (lambda: retrieval.search_index(retrieval.build_index(CODES), CODES[:, :8], top_k=1), "16 bits"),
        (
            lambda: retrieval.search_index(retrieval.build_index(CODES), CODES, top_k=51),
            r"top_k must be a whole number in 1\.\.50",
        ),
        (
            lambda: retrieval.search_index(retrieval.build_index(CODES), CODES, top_k=0),
            "top_k must be a whole number in",
        ),
        (
            lambda: retrieval.search_index(retrieval.build_index(CODES), CODES, top_k=1, probes=2),
            "this flat index has none",
        ),
    ],
)
def test_bad_input_gets_one_line(call, message):
    with pytest.raises(InputError, match=message):
        call()


@pytest.mark.parametrize("kind", retrieval.KINDS)
def test_nothing_is_added_to_a_memory_mapped_index(tmp_path, kind):
    retrieval.save_index(retrieval.build_index(clustered_codes(300, 16), kind=kind), tmp_path / "codes.faiss")
    mapped = retrieval.load_index(tmp_path / "codes.faiss", memory_map=True)
    with pytest.raises(InputError, match="got a memory-mapped one; load it without memory_map"):
        retrieval.add_codes(mapped, CODES)
    assert len(mapped) == 300
