"""What the audit finds in the authors' own lists, as tables and as sentences for a notebook."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from basics.paths import data_root
from chapters.n08_retrieval.ties import RELEASED
from hashcenters.datasets.protocol import Listing, Protocol, protocols
from hashcenters.datasets.registry import find_entry
from shelf.papers.audit import Audit, audit_protocol, class_sizes, compare_parts, protocol_files

HOW_TO_GET = (
    "**No list file is there.** `.venv/bin/hashcenters data download csq-official` fetches CSQ's lists into the "
    "data folder; `.venv/bin/hashcenters data info shc-official` says how to get SHC's. Then run this notebook "
    "again."
)


def listed_protocols() -> list[Protocol]:
    """The protocols whose training and query lists lie below the data root."""
    return [
        protocol
        for protocol in protocols().values()
        if protocol.lists and {"train", "query"} <= protocol_files(protocol).keys()
    ]


def relevant_share(query: Listing, database: Listing) -> float:
    """Share (0–1) of query–database pairs with a label in common: the precision of a random ranking."""
    if query.labels.ndim == 1:
        sizes = class_sizes(database, int(query.labels.max()) + 1)
        return float(sizes[query.labels].mean() / len(database))
    hits = query.labels.astype(np.float32) @ database.labels.T.astype(np.float32)
    return float((hits > 0).mean())


def left_over(train: Listing, others: list[Listing], num_classes: int) -> np.ndarray:
    """For each class the training samples that are in none of the other lists."""
    used = {path for listing in others for path in listing.paths}
    return class_sizes(train.without(used), num_classes)


def protocol_findings(protocol: Protocol, audit: Audit) -> Iterator[str]:
    """What differs from the nominal protocol, and what is remarkable in the labels."""
    parts = audit.listings
    num_classes = find_entry(protocol.data).num_classes or 0
    for row in audit.parts.to_dict("records"):
        if not pd.isna(row["difference"]) and row["difference"]:
            yield f"{row['list']} has {row['rows']:,} rows, {row['difference']:+,} against {row['nominal']:,}"
        if row["empty_classes"]:
            yield f"{row['list']} has no sample of {row['empty_classes']} of {num_classes} classes"
        for trouble in ("duplicates", "unlabelled", "bad_rows"):
            if row[trouble]:
                yield f"{row['list']} has {row[trouble]:,} {trouble.replace('_', ' ')}"
    shared = audit.overlaps.query("first == 'query' or second == 'query'")["shared"].sum()
    yield f"queries in other lists: {shared:,}"
    if {"subtrain", "valid"} <= parts.keys():
        missing = left_over(parts["train"], [parts["subtrain"], parts["valid"]], num_classes)
        each = f"{missing.min()}" if missing.min() == missing.max() else f"{missing.min()} to {missing.max()}"
        yield (
            f"{missing.sum():,} training rows are in neither subtrain nor valid: "
            f"{each} of each of the {num_classes} classes"
        )
    for name in ("train", "query"):
        folders = Counter(path.rpartition("/")[0] for path in parts[name].paths)
        if 1 < len(folders) < num_classes:
            counted = ", ".join(f"{count:,} of {folder}" for folder, count in sorted(folders.items()))
            yield f"{name} mixes {counted}"
    share = relevant_share(parts["query"], parts["train"])
    yield f"a query shares a label with {share:.1%} of the training list (the precision of a random ranking)"
    if parts["train"].labels.ndim == 2 and parts["train"].labels.sum() > len(parts["train"]):
        sizes = class_sizes(parts["train"], None)
        yield (
            f"the largest class, column {sizes.argmax()}, is on {sizes.max() / len(parts['train']):.0%} of the "
            f"training rows, the smallest on {sizes.min()} rows"
        )


def author_findings(ours: Mapping[str, Listing], theirs: Mapping[str, Listing]) -> Iterator[str]:
    """How the lists of two authors for the same set compare, by file name."""
    for part in ("train", "query"):
        found = compare_parts(ours[part], theirs[part], key="name")
        yield (
            f"{part} of both: {found['shared']:,} images in common, {found['only_first']:,} and "
            f"{found['only_second']:,} in one only, {found['label_conflicts']:,} labelled differently"
        )
        names = [[path.rsplit("/", 1)[-1] for path in parts[part].paths] for parts in (ours, theirs)]
        short, long = sorted(names, key=len)
        if len(short) < len(long) and long[: len(short)] == short:
            yield f"the shorter {part} list is the longer one without its last {len(long) - len(short)} rows"


def code_findings(dataset: str, parts: Mapping[str, Listing]) -> Iterator[str]:
    """Whether CSQ's codes of a video set are stored in the order of its lists (codes of a shuffled loader are not)."""
    folder = data_root() / RELEASED / dataset
    for part, file in (("query", "test_label.npy"), ("train", "database_label.npy")):
        if not (folder / file).exists():
            continue
        stored, listed = np.load(folder / file, allow_pickle=False), parts[part].labels
        same = len(stored) == len(listed) and bool((np.sort(stored) == np.sort(listed)).all())
        order = "in list order" if same and (stored == listed).all() else "in another order than the list"
        yield f"{file}: {'the labels of' if same else 'other labels than'} the {part} list, {order}"


def audit_authors() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Audit every list of both papers' authors that lies below the data root.

    Returns:
        one row a list, one row for each two lists of a protocol, and one row a finding (protocol, finding).
    """
    audits = [(protocol, audit_protocol(protocol)) for protocol in listed_protocols()]
    findings: list[tuple[str, str]] = []
    for protocol, audit in audits:
        findings += [(protocol.name, text) for text in protocol_findings(protocol, audit)]
        title = find_entry(protocol.data).title
        findings += [(protocol.name, text) for text in code_findings(title, audit.listings)]
    for (first, ours), (second, theirs) in combinations(audits, 2):
        if first.data == second.data:
            texts = author_findings(ours.listings, theirs.listings)
            findings += [(f"{first.name}, {second.name}", text) for text in texts]
    return (
        stack({protocol.name: audit.parts for protocol, audit in audits}),
        stack({protocol.name: audit.overlaps for protocol, audit in audits}),
        pd.DataFrame(findings, columns=["protocol", "finding"]),
    )


def stack(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tables of several protocols below each other, with the protocol in the first column."""
    if not tables:
        return pd.DataFrame()
    return pd.concat(tables, names=["protocol"]).reset_index(level=0).reset_index(drop=True)
