"""Pictures of every mode and format become the same kind of array."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torchvision.transforms.v2 import CenterCrop, Resize

from basics.errors import InputError
from basics.paths import project_root
from hashcenters.datasets.folders import is_picture
from hashcenters.datasets.images import ImageReading, decode_image


@pytest.mark.parametrize(
    ("suffix", "mode"),
    [(suffix, mode) for suffix in (".jpg", ".PNG", ".webp", ".bmp", ".gif", ".tiff") for mode in ("RGB", "L")]
    + [(suffix, "RGB") for suffix in (".jfif", ".jpe", ".avif", ".jp2", ".tga", ".pcx", ".qoi", ".ico", ".sgi", ".dds")]
    + [(suffix, "P") for suffix in (".png", ".gif", ".bmp", ".tiff")],
)
def test_formats_and_modes(tmp_path: Path, picture: Callable[..., Path], suffix: str, mode: str) -> None:
    path = picture(tmp_path / f"ü ber{suffix}", mode=mode)
    assert is_picture(path)
    decoded = decode_image(path, size=8)
    assert decoded.shape == (3, 8, 8)
    assert decoded.dtype == np.uint8
    assert decoded.std() > 0


def test_sixteen_bit_grey_is_scaled(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 4), 65535 // 2, np.uint16)).save(tmp_path / "deep.png")
    assert np.unique(decode_image(tmp_path / "deep.png", size=4)).tolist() == [127]


RAMP = np.linspace(0, 1, 256).reshape(16, 16)


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (RAMP.astype(np.float32), "float pixels have no agreed range"),
        ((RAMP * 65535).astype(np.float32), "float pixels have no agreed range"),
        ((RAMP * (2**31 - 1)).astype(np.int32), "32-bit or signed pixels have no agreed range"),
        ((RAMP * 255).astype(np.int32), "32-bit or signed pixels have no agreed range"),
    ],
)
@pytest.mark.parametrize("orientation", [1, 6])
def test_pixels_without_an_agreed_white_are_refused(
    tmp_path: Path, pixels: np.ndarray, message: str, orientation: int
) -> None:
    Image.fromarray(pixels).save(tmp_path / "x.tif", tiffinfo={274: orientation})
    with pytest.raises(ValueError, match=message):
        decode_image(tmp_path / "x.tif", size=16)


def test_sixteen_bits_are_a_ramp_in_every_format(tmp_path: Path) -> None:
    deep = (RAMP * 65535).astype(np.uint16)
    for name in ("x.png", "x.tif", "x.jp2"):
        Image.fromarray(deep).save(tmp_path / name)
    (tmp_path / "x.pgm").write_bytes(b"P5 16 16 65535\n" + deep.astype(">u2").tobytes())
    for path in tmp_path.iterdir():
        assert decode_image(path, size=16)[0].tolist() == (deep / 257).astype(np.uint8).tolist()


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tiff", ".avif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_no_format_is_turned_by_its_orientation(tmp_path: Path, suffix: str, orientation: int) -> None:
    pixels = np.zeros((40, 120, 3), np.uint8)
    pixels[:20, :60] = 255
    exif = Image.Exif()
    exif[274] = orientation
    own = {"tiffinfo": {274: orientation}} if suffix == ".tiff" else {"exif": exif, "quality": 95}
    Image.fromarray(pixels).save(tmp_path / f"x{suffix}", **own)
    corners = decode_image(tmp_path / f"x{suffix}", size=8, fit="squash")[0][::7, ::7]
    assert (corners > 128).tolist() == [[True, False], [False, False]]
    assert "as the rotation that a phone writes into a video is" in (project_root() / "data/README.md").read_text()


def test_a_pipe_is_no_picture(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.png")
    with pytest.raises(OSError, match="there is no such file"):
        decode_image(tmp_path / "x.png", size=8)


def test_transparency_lies_over_white(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (10, 20, 30, 0)).save(tmp_path / "clear.png")
    assert np.unique(decode_image(tmp_path / "clear.png", size=4)).tolist() == [255]
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([0, 0, 0] * 256)
    palette.save(tmp_path / "palette.png", transparency=bytes([0] * 256))
    assert np.unique(decode_image(tmp_path / "palette.png", size=4)).tolist() == [255]


def test_cmyk_jpeg(tmp_path: Path) -> None:
    Image.new("CMYK", (8, 8), (0, 0, 0, 255)).save(tmp_path / "print.jpg")
    assert decode_image(tmp_path / "print.jpg", size=4).max() < 10


def test_crop_is_resize_and_center_crop(tmp_path: Path, picture: Callable[..., Path]) -> None:
    path = picture(tmp_path / "wide.png", size=(96, 64))
    with Image.open(path) as image:
        expected = np.asarray(CenterCrop(32)(Resize(32)(image))).transpose(2, 0, 1)
    difference = np.abs(decode_image(path, size=32).astype(int) - expected)
    assert difference.max() <= 1


@pytest.mark.parametrize("crop", [24, 25])
def test_the_papers_resize_and_center_crop(tmp_path: Path, picture: Callable[..., Path], crop: int) -> None:
    path = picture(tmp_path / "wide.png", size=(96, 64))
    whole = decode_image(path, size=32)
    inputs = ImageReading(size=32, crop=crop).open([path])
    expected = np.asarray(CenterCrop(crop)(Image.fromarray(whole.transpose(1, 2, 0)))).transpose(2, 0, 1)
    assert inputs.batch(np.array([0]))[0].tolist() == expected.tolist()
    assert ImageReading(size=32).pixels() == "32×32 (crop)"
    assert ImageReading(size=32, crop=crop).pixels() == f"32×32 (crop), central {crop}×{crop}"


def test_squash_keeps_the_whole_picture(tmp_path: Path) -> None:
    wide = np.zeros((10, 40, 3), np.uint8)
    wide[:, :10] = 255
    Image.fromarray(wide).save(tmp_path / "wide.png")
    assert decode_image(tmp_path / "wide.png", size=10).max() == 0
    assert decode_image(tmp_path / "wide.png", size=10, fit="squash")[:, :, 0].min() == 255


def test_reading_lists_what_is_no_picture(tmp_path: Path, picture: Callable[..., Path]) -> None:
    good = picture(tmp_path / "good.jpg")
    truncated, text = tmp_path / "half.jpg", tmp_path / "text.png"
    truncated.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    text.write_text("no picture")
    inputs = ImageReading(size=8).open([good, truncated, text, tmp_path / "none.jpg"])
    assert set(inputs.unreadable()) == {1, 2, 3}
    with pytest.raises(InputError, match=r"3 unreadable files: .*half.jpg.*text.png.*none.jpg"):
        inputs.batch(np.arange(4))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 0}, "size must be 1 to 4096 pixels, got 0"),
        ({"size": 32, "crop": 33}, r"crop must be 1 to 32 pixels \(the size\), got 33"),
        ({"crop": 0}, "crop must be 1 to 256 pixels"),
        ({"fit": "stretch"}, "fit must be one of crop, squash, got 'stretch'"),
        ({"corrupt": "ignore"}, "corrupt must be one of error, skip"),
    ],
)
def test_bad_reading_options(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ImageReading(**options)
