"""The hash centers that CSQ's authors published: read from the data root, downloaded on request, never trusted.

Run as `python -m hashcenters.centers.published` to download all twelve files.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pooch
import torch
from basics.errors import InputError, one_line_errors
from basics.files import sha256
from basics.paths import data_root
from jaxtyping import Int8

from hashcenters.codes import as_codes

FOLDER = "csq-official"
COMMIT = "55cab0092813728c43b0a828e484d0dccb2751a7"
REPOSITORY = f"https://raw.githubusercontent.com/yuanli2333/Hadamard-Matrix-for-hashing/{COMMIT}"
DOWNLOAD_COMMAND = "python -m hashcenters.centers.published"
LARGEST_FILE, MOST_VALUES = 10_000_000, 1_000_000


@dataclass(frozen=True)
class PublishedFile:
    """One file of centers in the authors' repository.

    Args:
        dataset: name of the data set in the document.
        bits: length of a center.
        num_classes: number of centers.
        path: inside the repository, and inside `csq-official/` of the data root.
        sha256: of the file at the pinned commit, 64 hex digits.
    """

    dataset: str
    bits: int
    num_classes: int
    path: str
    sha256: str

    @property
    def place(self) -> Path:
        """Where the file lies in the data root, or would."""
        return data_root() / FOLDER / self.path


def _files(dataset: str, num_classes: int, pattern: str, hashes: dict[int, str]) -> list[PublishedFile]:
    return [
        PublishedFile(dataset, bits, num_classes, pattern.format(bits=bits), digest)
        for bits, digest in hashes.items()
    ]


PUBLISHED = (
    *_files(
        "ImageNet",
        100,
        "data/imagenet/hash_centers/{bits}_imagenet_100_class.pkl",
        {
            16: "25c2bb5eb7b8e8d97d4390828b26d9eaaa3db742e56ebe3a62e97eebc41d108b",
            32: "cb1acc5efb62b397d3a52d3affcd7428ad3c274f15adddb3ef57972a5c684650",
            64: "d18113cc85c674f52fd65019f1edcbf970eef5e19779dca2fd685b8775633b4f",
        },
    ),
    *_files(
        "MS COCO",
        80,
        "data/coco/hash_centers/{bits}_coco_80_class.pkl",
        {
            16: "351b65d7714e1b89efc86222d5296fb02b134fc3d5e7e441be89822edda84b30",
            32: "3d535e72a4a01c437a547f0b71866ba34f6930140b21a12ee84387b687a169f8",
            64: "f0b9e1f2cf77c48e48332938a950e8bf9829a9fa2ddbb742bfb9fc92e3613542",
        },
    ),
    *_files(
        "NUS-WIDE",
        21,
        "data/nus_wide/hash_centers/{bits}_nus_wide_21_class.pkl",
        {
            16: "0d4332d1c411f4d4ec7776d4054a3142836093b367ac926aeebf56ef923302da",
            32: "8888f8fb61ade266fb89180f2d901fb0977f6fd6b124852790996ed69f45129f",
            64: "c20c067e2f33a949dd87fb6bc46987db1e304d5d5e6f574450d8eb73989a7cd1",
        },
    ),
    *_files(
        "HMDB51",
        51,
        "video/dataset/HMDB51/raw/{bits}_hmdb_51_class.pkl",
        {
            16: "152b3284438c39120e6c279374185afa00b7dda457c39b85513f71d727fcb515",
            32: "1746f0eeca21df71086d384f3d85c0dcd5ace989c2c5ffca3ba1701290a04ece",
            64: "bb131713cc7d0c6579ec839d17f910eb717b5347640798d6d24e730d93aeab17",
        },
    ),
)


def published_file(dataset: str, bits: int) -> PublishedFile:
    """The entry of one published file.

    Raises:
        InputError: no such file.
    """
    for file in PUBLISHED:
        if (file.dataset, file.bits) == (dataset, bits):
            return file
    known = sorted({file.dataset for file in PUBLISHED})
    raise InputError(
        f"centers were published for {', '.join(known)} at 16, 32, 64 bits, got {dataset}, {bits}"
    )


def published_available() -> bool:
    """Whether all twelve files lie in the data root."""
    return all(file.place.is_file() for file in PUBLISHED)


def published_centers(dataset: str, bits: int) -> Int8[np.ndarray, "num_classes bits"]:
    """The authors' centers for a data set.

    Args:
        dataset: "ImageNet", "MS COCO", "NUS-WIDE" or "HMDB51".
        bits: 16, 32 or 64.

    Raises:
        InputError: no such file was published, it is not in the data root (the message says how to get it), or it
            is not the file that the authors published.
    """
    file = published_file(dataset, bits)
    if not file.place.is_file():
        raise InputError(f"{file.place} is missing; get the authors' centers with: {DOWNLOAD_COMMAND}")
    if sha256(file.place) != file.sha256:
        raise InputError(f"{file.place} is not the published file: expected SHA-256 {file.sha256}")
    return read_center_file(file.place)


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
        raise InputError(
            f"{path} must hold one plain tensor, refused: {type(error).__name__} on reading"
        ) from error
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


def download_published(
    files: tuple[PublishedFile, ...] = PUBLISHED, *, source: str = REPOSITORY
) -> list[Path]:
    """Download files into the data root; those already there with the right SHA-256 are left alone.

    Args:
        files: which ones.
        source: address of the repository's root at the pinned commit.

    Returns:
        Where they lie.

    Raises:
        InputError: a download fails, brings another file than published, or the data root cannot be written.
    """
    places = []
    for file in files:
        try:
            place = pooch.retrieve(
                f"{source}/{file.path}",
                known_hash=f"sha256:{file.sha256}",
                fname=file.place.name,
                path=file.place.parent,
            )
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise InputError(
                f"cannot download {source}/{file.path} to {file.place}: {reason}; "
                f"the file can also be put there by hand"
            ) from error
        places.append(Path(place))
    return places


if __name__ == "__main__":
    with one_line_errors():
        for downloaded in download_published():
            print(downloaded)
