"""Pictures as square `uint8` arrays: any format and mode that Pillow opens, resized and cropped in one step."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from hashcenters.datasets.inputs import FileInputs
from hashcenters.errors import InputError

IMAGE_SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp"})
WHITE = (255, 255, 255, 255)


def check_reading(size: int, fit: str, corrupt: str) -> None:
    """Check the options that pictures and clips share.

    Raises:
        InputError: names the option that is wrong.
    """
    if not 1 <= size <= 4096:
        raise InputError(f"size must be 1 to 4096 pixels, got {size}")
    if fit not in ("crop", "squash"):
        raise InputError(f'fit must be "crop" or "squash", got {fit!r}')
    if corrupt not in ("error", "skip"):
        raise InputError(f'corrupt must be "error" or "skip", got {corrupt!r}')


def to_rgb(image: Image.Image) -> Image.Image:
    """A picture in 8-bit RGB: 16-bit grey is scaled, transparency is laid over white."""
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image).clip(0, 65535) / 257).astype(np.uint8))
    elif image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, WHITE), image)
    return image if image.mode == "RGB" else image.convert("RGB")


def square(image: Image.Image, *, size: int, fit: str) -> UInt8[np.ndarray, "3 size size"]:
    """An RGB picture as a square: its central square resized, or the whole of it squashed.

    `crop` equals resizing the shorter side to `size` and cropping the center, up to the rounding of the longer
    side; `squash` changes the aspect ratio, as the released CSQ video code does. Bilinear, antialiased.
    """
    width, height = image.size
    side = min(width, height)
    left, top = (width - side) / 2, (height - side) / 2
    box = (left, top, left + side, top + side) if fit == "crop" else (0, 0, width, height)
    small = image.resize((size, size), Image.Resampling.BILINEAR, box=box)
    return np.ascontiguousarray(np.asarray(small).transpose(2, 0, 1))


def decode_image(path: Path, *, size: int, fit: str = "crop") -> UInt8[np.ndarray, "3 size size"]:
    """Read one picture file; of a moving one its first frame. EXIF rotation is ignored, as the papers' code does."""
    with Image.open(path) as image:
        return square(to_rgb(image), size=size, fit=fit)


@dataclass(frozen=True)
class ImageReading:
    """How picture files are read.

    Args:
        size: pixels a side of what is read, 1–4096; the training crops from it.
        fit: `crop` the central square, or `squash` the whole picture into one.
        workers: threads that read; None takes one a core.
        cache: share (0–0.9) of the memory that decoded pictures may fill.
        corrupt: `error` refuses unreadable pictures, `skip` leaves them out (each is then decoded once when the
            data set is opened).
    """

    size: int = 256
    fit: str = "crop"
    workers: int | None = None
    cache: float = 0.0
    corrupt: str = "error"

    def __post_init__(self) -> None:
        check_reading(self.size, self.fit, self.corrupt)

    def open(self, paths: Sequence[Path]) -> FileInputs:
        """The files as inputs."""
        decode = partial(decode_image, size=self.size, fit=self.fit)
        return FileInputs(paths, decode, (3, self.size, self.size), workers=self.workers, cache=self.cache)

    def pixels(self) -> str:
        """What changes the pixels that come out, for fingerprints and captions."""
        return f"{self.size}×{self.size} ({self.fit})"


AS_PUBLISHED = ImageReading()
