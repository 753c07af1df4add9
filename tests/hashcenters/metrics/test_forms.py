"""Codes and labels in the forms that people have them in: read the same in every entrance, or refused."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse

from basics.errors import InputError
from hashcenters import retrieval
from hashcenters.metrics import all_ties, precision_recall_by_rank, score_codes
from hashcenters.metrics.code_files import AUTHORS_FILES, load_codes

RNG = np.random.default_rng(0)
QUERY, DATABASE = (RNG.choice(np.array([-1, 1], np.int8), (size, 70)) for size in (9, 40))
LABELS = np.arange(9) % 3, np.arange(40) % 3
RIGHT = all_ties(QUERY, LABELS[0], DATABASE, LABELS[1], top_k=10)
ARRAYS = {
    "int8": lambda codes: codes,
    "float64": lambda codes: codes.astype(np.float64),
    "bool": lambda codes: codes > 0,
    "zero and one": lambda codes: (codes > 0).astype(np.uint8),
    "tanh outputs": lambda codes: np.tanh(codes * 0.7).astype(np.float32),
    "outputs with zeros": lambda codes: np.where(codes > 0, 0.0, -0.4) + (np.arange(70) % 2) * (codes > 0),
}
OTHERS = {
    "lists": lambda codes: codes.tolist(),
    "a tensor": lambda codes: torch.from_numpy(codes),
    "a tensor with gradients": lambda codes: torch.from_numpy(codes).float().requires_grad_(),
    "a frame": pd.DataFrame,
    "sparse": lambda codes: sparse.csr_matrix(codes),
    "masked nowhere": np.ma.masked_array,
}


@pytest.mark.parametrize("form", [*ARRAYS, *OTHERS])
def test_every_form_scores_the_same(form):
    query, database = ((ARRAYS | OTHERS)[form](codes) for codes in (QUERY, DATABASE))
    assert all_ties(query, LABELS[0], DATABASE, LABELS[1], top_k=10) == RIGHT
    assert all_ties(QUERY, LABELS[0], database, LABELS[1], top_k=10) == RIGHT
    index = retrieval.build_index(database)
    np.testing.assert_array_equal(
        retrieval.search_index(index, query, top_k=3)[0],
        retrieval.search_index(retrieval.build_index(DATABASE), QUERY, top_k=3)[0],
    )


@pytest.mark.parametrize("form", ARRAYS)
def test_files_are_read_as_arrays_are(form, tmp_path):
    arrays = (ARRAYS[form](QUERY), LABELS[0], ARRAYS[form](DATABASE), LABELS[1])
    for file, array in zip(AUTHORS_FILES.values(), arrays, strict=True):
        np.save(tmp_path / file, array)
    found = load_codes(tmp_path)
    np.testing.assert_array_equal(found.query_codes, QUERY)
    np.testing.assert_array_equal(found.database_codes, DATABASE)


@pytest.mark.parametrize("form", [list, torch.tensor, lambda labels: torch.nn.functional.one_hot(torch.tensor(labels))])
def test_labels_come_as_lists_and_tensors(form):
    query, database = (form(labels.tolist()) for labels in LABELS)
    assert all_ties(QUERY, query, DATABASE, database, top_k=10) == RIGHT
    assert len(score_codes(QUERY, query, DATABASE, database, top_k=10))
    assert len(precision_recall_by_rank(QUERY, query, DATABASE, database))


SIGNS = np.where(np.arange(70) == 5, 0, QUERY)


@pytest.mark.parametrize(
    ("query", "labels", "message"),
    [
        (SIGNS, LABELS[0], "query codes must be -1 or \\+1, got 0 in row 0, bit 5; say what a sign of 0 counts as"),
        (SIGNS.astype(np.float32), LABELS[0], "got 0.0 in row 0, bit 5; say what a sign of 0 counts as"),
        (np.ma.masked_less(QUERY, 0), LABELS[0], "query codes must have no masked values"),
        (QUERY, np.ma.masked_equal(LABELS[0], 2), "query labels must have no masked values"),
        ([[1, -1], [1]], LABELS[0], "query codes must be an array of numbers, got list"),
        (torch.zeros(9, 70, dtype=torch.bfloat16), LABELS[0], "query codes must be an array of numbers, got Tensor"),
        (np.packbits(QUERY > 0, axis=1), LABELS[0], "same bits"),
        (None, LABELS[0], "query codes must have shape"),
        (QUERY, "abc", "query codes must have shape"),
    ],
)
def test_what_has_no_reading_is_refused(query, labels, message):
    with pytest.raises(InputError, match=message) as caught:
        all_ties(query, labels, DATABASE, LABELS[1], top_k=10)
    assert "\n" not in str(caught.value)


def test_signs_with_zeros_are_refused_in_files_and_indices(tmp_path):
    for file, array in zip(AUTHORS_FILES.values(), (SIGNS, LABELS[0], DATABASE, LABELS[1]), strict=True):
        np.save(tmp_path / file, array)
    for entrance in (lambda: load_codes(tmp_path), lambda: retrieval.build_index(SIGNS)):
        with pytest.raises(InputError, match="say what a sign of 0 counts as"):
            entrance()
