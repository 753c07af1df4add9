"""Reading pictures: images a second beside torchvision's ImageFolder and DataLoader, same files, same transforms.

A tree of JPEG files of 500 × 375 pixels is generated, the usual size of an ImageNet picture. Both sides deliver
normalised float batches of 224 × 224 after a resize to 256: the usual way in worker processes that send floats, ours
as trainings get them, `uint8` squares that threads read ahead and the rest on the device. `cached` is an epoch after
the first with room in memory for all. Tasks take turns and each one's best round counts; the loader's processes are
started before.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

from benchmarks.clock import in_turns
from hashcenters.datasets.images import ImageReading
from hashcenters.datasets.inputs import FileInputs, available_cores
from hashcenters.datasets.splits import Split
from hashcenters.training.loop import Batches
from hashcenters.training.transforms import IMAGENET_MEAN, IMAGENET_STD, to_inputs

RESIZE, CROP, BATCH = 256, 224, 64
SIZE = (500, 375)
CLASSES = 4


def write_tree(folder: Path, *, images: int, seed: int = 0) -> list[Path]:
    """JPEG files with smooth and rough parts, as photographs have them, in class folders; in ImageFolder's order."""
    rng = np.random.default_rng(seed)
    for number in range(images):
        coarse = rng.integers(0, 256, (12, 16, 3), dtype=np.uint8)
        smooth = np.asarray(Image.fromarray(coarse).resize(SIZE, Image.Resampling.BICUBIC), np.float32)
        rough = np.clip(smooth + rng.normal(0, 8, smooth.shape), 0, 255).astype(np.uint8)
        path = folder / f"class{number % CLASSES}" / f"{number:05}.jpg"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(rough).save(path, quality=90)
    return sorted(folder.rglob("*.jpg"))


def usual_loader(folder: Path, *, workers: int) -> DataLoader:
    """ImageFolder and DataLoader with the transforms that this field uses for evaluation."""
    steps = [
        transforms.Resize(RESIZE),
        transforms.CenterCrop(CROP),
        transforms.ToTensor(),
        transforms.Normalize(IMAGENET_MEAN, IMAGENET_STD),
    ]
    data = ImageFolder(str(folder), transforms.Compose(steps))
    return DataLoader(data, batch_size=BATCH, num_workers=workers, persistent_workers=workers > 0)


def our_batches(inputs: FileInputs, device: torch.device) -> Iterator[Tensor]:
    """The same batches as trainings get them: by threads that read ahead, `uint8` to the device and float there."""
    split = Split(inputs, np.zeros(len(inputs), np.int64), np.arange(len(inputs)).astype(str))
    for pixels, _ in Batches(split, device).stream(torch.arange(len(inputs)).split(BATCH)):
        yield to_inputs(pixels)


def count(stream: Iterator[Tensor]) -> int:
    """Images that came."""
    return sum(len(batch) for batch in stream)


def mean_difference(loader: DataLoader, inputs: FileInputs) -> float:
    """Mean absolute difference of the two sides' first batches, in standard deviations of a channel."""
    theirs = next(iter(loader))[0]
    ours = next(our_batches(inputs, torch.device("cpu")))
    return float((theirs - ours).abs().mean())


def run(*, images: int = 600, workers: int | None = None, rounds: int = 3) -> pd.DataFrame:
    """Time both ways.

    Args:
        images: of the generated tree.
        workers: processes of the loader and threads of ours; None for one a core.
        rounds: turns.

    Returns:
        Columns `reader`, `device`, `workers`, `images`, `images_per_second`, `times_usual`, `mean_difference`
        (of the pixels to the usual way, in standard deviations).
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    workers = workers or available_cores()
    with tempfile.TemporaryDirectory() as name:
        paths = write_tree(Path(name), images=images)
        loader = usual_loader(Path(name), workers=workers)
        plain = ImageReading(size=RESIZE, crop=CROP, workers=workers).open(paths)
        cached = ImageReading(size=RESIZE, crop=CROP, workers=workers, cache=0.5).open(paths)
        difference = mean_difference(loader, plain)
        cached.unreadable()
        tasks: dict[str, Callable[[], int]] = {
            "ImageFolder + DataLoader": lambda: count(batch.to(device) for batch, _ in loader),  # noqa: F821 (deleted after its last use)
            "ours": lambda: count(our_batches(plain, device)),
            "ours, cached": lambda: count(our_batches(cached, device)),
        }
        timings = in_turns(tasks, rounds=rounds)
        del loader
    usual = timings["ImageFolder + DataLoader"].seconds
    return pd.DataFrame(
        {
            "reader": reader,
            "device": str(device),
            "workers": workers,
            "images": timing.result,
            "images_per_second": round(timing.result / timing.seconds),
            "times_usual": round(usual / timing.seconds, 2),
            "mean_difference": round(difference, 4) if reader != "ImageFolder + DataLoader" else 0.0,
        }
        for reader, timing in timings.items()
    )
