"""Clips from video files: frames at a fixed interval around the middle, decoded with PyAV."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import av
import numpy as np
from jaxtyping import Int, UInt8

from basics.errors import InputError
from hashcenters.datasets.images import ImageReading, central, square
from hashcenters.datasets.inputs import FileInputs


def clip_indices(total: int, *, frames: int, interval: int, short: str = "error") -> Int[np.ndarray, "frames"]:
    """Which frames of a video make its clip: `frames` of them, `interval` apart, centered.

    A video too short for the interval is read at the largest interval that fits it. One with fewer than `frames`
    frames is refused, or with `short="repeat"` its last frame is repeated.

    Raises:
        ValueError: the video is shorter than the clip.

    >>> clip_indices(33, frames=4, interval=2).tolist()
    [13, 15, 17, 19]
    >>> clip_indices(5, frames=4, interval=2).tolist()
    [0, 1, 2, 3]
    """
    if total < frames and short == "error":
        raise ValueError(f'a clip needs {frames} frames, got {total}; pass short="repeat" to repeat the last')
    interval = max(1, min(interval, (total - 1) // max(frames - 1, 1)))
    start = max(0, (total - 1 - (frames - 1) * interval) // 2)
    return np.minimum(start + interval * np.arange(frames), max(total - 1, 0))


def count_frames(path: Path) -> int:
    """Frames that the header of a video promises, or its packets where the header is silent.

    Raises:
        ValueError: the file holds no video.
    """
    with av.open(str(path)) as container:
        if not container.streams.video:
            raise ValueError("the file holds no video")
        stream = container.streams.video[0]
        return stream.frames or sum(1 for packet in container.demux(stream) if packet.size)


def read_frames(path: Path, wanted: set[int], *, size: int, fit: str) -> tuple[dict[int, np.ndarray], int]:
    """The wanted frames as squares, and how many frames were decoded to find them."""
    found: dict[int, np.ndarray] = {}
    seen = 0
    with av.open(str(path)) as container:
        for seen, frame in enumerate(islice(container.decode(video=0), max(wanted) + 1), start=1):
            if seen - 1 in wanted:
                found[seen - 1] = square(frame.to_image(), size=size, fit=fit)
    return found, seen


@dataclass(frozen=True)
class ClipReading(ImageReading):
    """How video files are read.

    Args:
        frames: of a clip, at least 1.
        interval: distance of the frames in the video, at least 1.
        short: what becomes of a video with fewer than `frames` frames, see `clip_indices`.
        size, fit, crop, workers, cache, corrupt: as in `ImageReading`.
    """

    frames: int = 16
    interval: int = 2
    short: str = "error"

    def __post_init__(self) -> None:
        super().__post_init__()
        if min(self.frames, self.interval) < 1:
            raise InputError(f"frames and interval must be at least 1, got {self.frames} and {self.interval}")
        if self.short not in ("error", "repeat"):
            raise InputError(f'short must be "error" or "repeat", got {self.short!r}')

    def decode(self, path: Path) -> UInt8[np.ndarray, "3 {self.frames} side side"]:
        """The clip of one video file.

        Raises:
            ValueError: the video is shorter than the clip.
            av.FFmpegError: the file is no video.
        """
        total = count_frames(path)
        while True:
            indices = clip_indices(total, frames=self.frames, interval=self.interval, short=self.short).tolist()
            found, seen = read_frames(path, set(indices), size=self.size, fit=self.fit)
            if found.keys() == set(indices):
                return central(np.stack([found[index] for index in indices], axis=1), self.crop)
            if not seen:
                raise ValueError("no frame can be decoded")
            total = seen  # the header promised more frames than the file holds

    def open(self, paths: Sequence[Path]) -> FileInputs:
        """The files as inputs."""
        side = self.crop or self.size
        return FileInputs(paths, self.decode, (3, self.frames, side, side), workers=self.workers, cache=self.cache)

    def pixels(self) -> str:
        """What changes the pixels that come out, for fingerprints and captions."""
        return f"{self.frames} frames at interval {self.interval}, {super().pixels()}, {self.short}"
