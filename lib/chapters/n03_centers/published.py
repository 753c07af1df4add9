"""The hash centers that CSQ's authors published: read from the data root, never trusted."""

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int8

from basics.errors import InputError
from basics.files import sha256
from basics.paths import data_root
from hashcenters.codes import as_codes
from hashcenters.datasets.registry import Download, find_entry

SOURCE = "csq-official"  # of the registry, which has the address and the SHA-256 of every file
HOW_TO_GET = f".venv/bin/hashcenters data download {SOURCE}"
FILES = {
    "ImageNet": "data/imagenet/hash_centers/{bits}_imagenet_100_class.pkl",
    "MS COCO": "data/coco/hash_centers/{bits}_coco_80_class.pkl",
    "NUS-WIDE": "data/nus_wide/hash_centers/{bits}_nus_wide_21_class.pkl",
    "HMDB51": "video/dataset/HMDB51/raw/{bits}_hmdb_51_class.pkl",
    "UCF101": "video/dataset/UCF101/raw/{bits}_ucf_101_class.pkl",
}
PUBLISHED = tuple((dataset, bits) for dataset in FILES for bits in (16, 32, 64))
LARGEST_FILE, MOST_VALUES = 10_000_000, 1_000_000


def published_file(dataset: str, bits: int) -> Download:
    """The registry's `url`, `file` (below the data root) and `sum` of one published file.

    Raises:
        InputError: no such file was published.
    """
    if (dataset, bits) not in PUBLISHED:
        raise InputError(
            f"centers were published for {', '.join(sorted(FILES))} at 16, 32, 64 bits, got {dataset}, {bits}"
        )
    path = f"{SOURCE}/{FILES[dataset].format(bits=bits)}"
    return next(item for item in find_entry(SOURCE).downloads if item.file == path)


def published_commit() -> str:
    """The commit of the authors' repository that the files are from."""
    item = published_file(*PUBLISHED[0])
    return item.url.removesuffix(item.file.removeprefix(SOURCE)).rpartition("/")[2]


def published_available() -> bool:
    """Whether all fifteen files lie in the data root."""
    return all((data_root() / published_file(*which).file).is_file() for which in PUBLISHED)


def published_centers(dataset: str, bits: int) -> Int8[np.ndarray, "num_classes bits"]:
    """The authors' centers for a data set.

    Args:
        dataset: "ImageNet", "MS COCO", "NUS-WIDE", "HMDB51" or "UCF101".
        bits: 16, 32 or 64.

    Raises:
        InputError: no such file was published, it is not in the data root (the message says how to get it), or it
            is not the file that the authors published.
    """
    item = published_file(dataset, bits)
    place, expected = data_root() / item.file, item.sum.removeprefix("sha256:")
    if not place.is_file():
        raise InputError(f"{place} is missing; get the authors' centers with: {HOW_TO_GET}")
    if sha256(place) != expected:
        raise InputError(f"{place} is not the published file: expected SHA-256 {expected}")
    return read_center_file(place)


def read_center_file(path: Path) -> Int8[np.ndarray, "num_classes bits"]:
    """Centers from a torch file that holds one plain tensor of −1 and +1, and nothing else.

    The file is read with torch's restricted unpickler, which builds tensors and refuses to call anything.

    Raises:
        InputError: the file cannot be read, holds anything but such a tensor, or is too large to be centers.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    if size > LARGEST_FILE:
        raise InputError(f"{path} must be a file of centers, at most {LARGEST_FILE} bytes, got {size}")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged or hostile file can make the unpickler raise anything
        raise InputError(f"{path} must hold one plain tensor, refused: {type(error).__name__} on reading") from error
    return as_codes(_plain_values(content, path), name=f"centers in {path}")


def _plain_values(content: object, path: Path) -> np.ndarray:
    # the type is compared, not asked by isinstance: parameters and subclasses carry code of their own
    if type(content) is not torch.Tensor:
        raise InputError(f"{path} must hold one plain tensor, got {type(content).__name__}")
    if content.layout is not torch.strided or content.is_quantized:
        raise InputError(f"{path} must hold one plain tensor, got {content.dtype} in {content.layout}")
    if content.ndim != 2 or content.numel() > MOST_VALUES or content.is_complex():
        raise InputError(
            f"{path} must hold a real 2-D tensor of at most {MOST_VALUES} values, "
            f"got {content.dtype} of shape {tuple(content.shape)}"
        )
    return content.detach().to(torch.float32).numpy()
