"""Pictures as square `uint8` arrays: any format and mode that Pillow opens, resized and cropped in one step."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from basics.errors import InputError, one_of
from hashcenters.datasets.inputs import FileInputs

WHITE = (255, 255, 255, 255)
SIXTEEN_BITS = frozenset({"PNG", "PPM"})  # where Pillow calls 16 bits 32
ORIENTATION = 274  # the tag of EXIF
TURNS_BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def as_stored(image: Image.Image) -> Image.Image:
    """A picture as its pixels lie in the file: Pillow turns TIFF by its orientation, and no other format."""
    turned = image.getexif().get(ORIENTATION) if image.format == "TIFF" else None
    image.load()
    return image.transpose(TURNS_BACK[turned]) if turned in TURNS_BACK else image


def to_rgb(image: Image.Image) -> Image.Image:
    """A picture in 8-bit RGB: 16-bit grey is scaled, transparency is laid over white.

    Raises:
        ValueError: its pixels have more than 16 bits, in which there is no agreed white.
    """
    if image.mode == "F" or (image.mode == "I" and image.format not in SIXTEEN_BITS):
        kind = "float" if image.mode == "F" else "32-bit or signed"
        raise ValueError(f"{kind} pixels have no agreed range; save it with 8 or 16 bits")
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image).clip(0, 65535) / 257).astype(np.uint8))
    elif image.has_transparency_data:
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


def central(planes: UInt8[np.ndarray, "... height width"], crop: int | None) -> UInt8[np.ndarray, "... crop crop"]:
    """The central square of images, rounded as torchvision's center crop; None keeps them whole."""
    if crop is None:
        return planes
    top, left = (round((side - crop) / 2) for side in planes.shape[-2:])
    return np.ascontiguousarray(planes[..., top : top + crop, left : left + crop])


def decode_image(
    path: Path, *, size: int, fit: str = "crop", crop: int | None = None
) -> UInt8[np.ndarray, "3 side side"]:
    """Read one picture file; of a moving one its first frame. EXIF rotation is ignored, as the papers' code does.

    Raises:
        OSError, ValueError: it is no plain file, or no picture with an agreed range.
    """
    if not path.is_file():  # a pipe would be waited for
        raise FileNotFoundError("there is no such file")
    with Image.open(path) as image:
        return central(square(to_rgb(as_stored(image)), size=size, fit=fit), crop)


@dataclass(frozen=True)
class ImageReading:
    """How picture files are read.

    Args:
        size: pixels a side that pictures are resized to, 1–4096.
        fit: `crop` the central square, or `squash` the whole picture into one.
        crop: pixels a side of the central part that is kept after resizing (224 of 256 in the papers), None for
            all of it.
        workers: threads that read; None takes one a core.
        cache: share (0–0.9) of the memory that decoded pictures may fill.
        corrupt: `error` refuses unreadable pictures, `skip` leaves them out (each is then decoded once when the
            data set is opened).
    """

    size: int = 256
    fit: str = "crop"
    crop: int | None = None
    workers: int | None = None
    cache: float = 0.0
    corrupt: str = "error"

    def __post_init__(self) -> None:
        if not 1 <= self.size <= 4096:
            raise InputError(f"size must be 1 to 4096 pixels, got {self.size}")
        if self.crop is not None and not 1 <= self.crop <= self.size:
            raise InputError(f"crop must be 1 to {self.size} pixels (the size), got {self.crop}")
        one_of(self.fit, ("crop", "squash"), "fit")
        one_of(self.corrupt, ("error", "skip"), "corrupt")

    def open(self, paths: Sequence[Path]) -> FileInputs:
        """The files as inputs."""
        decode = partial(decode_image, size=self.size, fit=self.fit, crop=self.crop)
        side = self.crop or self.size
        return FileInputs(paths, decode, (3, side, side), workers=self.workers, cache=self.cache)

    def pixels(self) -> str:
        """What changes the pixels that come out, for fingerprints and captions.

        >>> ImageReading(size=256, crop=224).pixels()
        '256×256 (crop), central 224×224'
        """
        cropped = "" if self.crop is None else f", central {self.crop}×{self.crop}"
        return f"{self.size}×{self.size} ({self.fit}){cropped}"


AS_PUBLISHED = ImageReading()
