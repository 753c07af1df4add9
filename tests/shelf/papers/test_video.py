"""Clips of real video files, encoded by the tests."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basics.errors import InputError
from shelf.papers.video import ClipReading, clip_indices, count_frames

STEP = 5  # grey levels between two frames


@pytest.fixture
def video() -> Callable[..., Path]:
    """A function that encodes a video whose frame i is grey level 5 i."""

    def write(path: Path, frames: int, *, codec: str = "mpeg4") -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=25)
            stream.width, stream.height, stream.pix_fmt = 48, 32, "yuv420p"
            stream.bit_rate = 8_000_000
            for number in range(frames):
                grey = np.full((32, 48, 3), STEP * number, np.uint8)
                for packet in stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")):
                    container.mux(packet)
            for packet in stream.encode():
                container.mux(packet)
        return path

    return write


@pytest.mark.parametrize("suffix", [".avi", ".mp4", ".mkv"])
def test_clip_takes_every_second_frame_of_the_middle(tmp_path: Path, video: Callable[..., Path], suffix: str) -> None:
    path = video(tmp_path / f"ü clip{suffix}", 41)
    assert count_frames(path) == 41
    clip = ClipReading(size=24).decode(path)
    assert clip.shape == (3, 16, 24, 24)
    assert clip.dtype == np.uint8
    levels = clip.mean(axis=(0, 2, 3))
    assert np.abs(levels - STEP * (5 + 2 * np.arange(16))).max() < 3
    cropped = ClipReading(size=24, crop=20).open([path]).batch(np.array([0]))[0]
    assert cropped.tolist() == clip[:, :, 2:-2, 2:-2].tolist()


@given(total=st.integers(1, 200), frames=st.integers(1, 20), interval=st.integers(1, 5))
def test_clip_indices_stay_inside_and_keep_one_interval(total: int, frames: int, interval: int) -> None:
    indices = clip_indices(total, frames=frames, interval=interval, short="repeat")
    assert len(indices) == frames
    assert 0 <= indices.min() <= indices.max() < total
    steps = np.diff(indices)
    if total >= frames:
        assert len(set(steps.tolist())) <= 1
        assert frames == 1 or 1 <= steps[0] <= interval
        margins = indices[0], total - 1 - indices[-1]
        assert abs(margins[0] - margins[1]) <= 1


def test_short_videos(tmp_path: Path, video: Callable[..., Path]) -> None:
    twenty, nine = video(tmp_path / "twenty.avi", 20), video(tmp_path / "nine.avi", 9)
    levels = ClipReading(size=8).decode(twenty).mean(axis=(0, 2, 3))
    assert np.abs(np.diff(levels) - STEP).max() < 3
    with pytest.raises(ValueError, match="a clip needs 16 frames, got 9"):
        ClipReading(size=8).decode(nine)
    repeated = ClipReading(size=8, short="repeat").decode(nine)
    assert (repeated[:, 8:] == repeated[:, 8:9]).all()


def test_header_that_promises_too_many_frames(
    tmp_path: Path, video: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shelf.papers.video.count_frames", lambda path: 100)
    clip = ClipReading(size=8).decode(video(tmp_path / "lies.avi", 35))
    assert np.abs(clip.mean(axis=(0, 2, 3)) - STEP * (2 + 2 * np.arange(16))).max() < 3


def test_what_is_no_video_is_listed(tmp_path: Path, video: Callable[..., Path]) -> None:
    good, short = video(tmp_path / "good.avi", 32), video(tmp_path / "short.avi", 9)
    text, cut = tmp_path / "text.avi", tmp_path / "cut.avi"
    text.write_text("no video")
    cut.write_bytes(good.read_bytes()[:600])
    inputs = ClipReading(size=8).open([good, short, text, cut])
    assert inputs.batch(np.array([0])).shape == (1, 3, 16, 8, 8)
    with pytest.raises(InputError, match=r"3 unreadable.*short.avi \(a clip needs 16 frames, got 9.*text.avi.*cut"):
        inputs.batch(np.arange(4))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"frames": 0}, "frames and interval"), ({"short": "loop"}, 'short must be "error" or "repeat"')],
)
def test_bad_clip_options(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ClipReading(**options)
