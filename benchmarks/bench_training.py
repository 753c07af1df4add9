"""Training: images a second of our loop beside a plain loop in the usual style, one difference after the other.

The usual loop reads pictures from files with ImageFolder, PIL and a DataLoader, trains in float32 with Adam's default
implementation, and asks for the loss as a number at every step. Each further row of `factors` changes one thing and
keeps those before it; the last is our own `train_epoch`, which is not compiled. All start from the same weights and
see the same pictures in the same order, so their mean losses agree up to rounding. Rows take turns and each one's best
epoch counts: by the clock on a GPU, by core seconds on a CPU, which other programs lengthen less. Every training of
this project uses one CPU thread, and so does this.

`utilisation` holds our loop against the rate of a large matrix product in the same precision: bf16 on a GPU, where the
networks of the papers' size are measured, float32 on a CPU, where the narrow ones are.
"""

import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.clock import Timing, in_turns
from benchmarks.training_loops import Loop, OurLoop, Setting, styles, timed_epoch, write_files
from hashcenters.training.loop import Batches, autocast, one_thread
from hashcenters.training.transforms import to_inputs

GPU_SIZES = (("resnet50", 224, 64), ("resnet50", 224, 256), ("resnet50-64", 64, 64), ("resnet50-64", 64, 256))
CPU_SIZES = (("resnet-narrow", 32, 64), ("alexnet-narrow", 32, 64))


def spent(timing: Timing, device: torch.device) -> float:
    """Seconds that count: by the clock on a GPU, of the core on a CPU."""
    return timing.seconds if device.type == "cuda" else timing.core_seconds


def factors(setting: Setting, *, rounds: int) -> pd.DataFrame:
    """Images a second of every style and of our loop, what each change brings, and the mean loss."""
    split = setting.pictures()
    with tempfile.TemporaryDirectory() as name:
        write_files(split, Path(name))
        loops: dict[str, Loop | OurLoop] = {
            label: Loop(style, setting, split, Path(name)) for label, style in styles(setting.device).items()
        }
        loops["our loop"] = OurLoop(setting, split)
        timings = in_turns({label: partial(timed_epoch, loop) for label, loop in loops.items()}, rounds=rounds)
    seconds = [spent(timing, setting.device) for timing in timings.values()]
    before = [seconds[0], *seconds]
    return pd.DataFrame(
        {
            "loop": label,
            "backbone": setting.backbone,
            "pixels": setting.size,
            "batch": setting.batch,
            "device": setting.device.type,
            "images_per_second": round(setting.images / timings[label].seconds, 1),
            "images_per_core_second": round(setting.images / timings[label].core_seconds, 1),
            "times_row_before": round(before[place] / seconds[place], 2),
            "times_usual": round(before[0] / seconds[place], 2),
            "mean_loss": round(loop.losses[0], 4),
        }
        for place, (label, loop) in enumerate(loops.items())
    )


def peak_rate(device: torch.device, *, size: int, seconds: float = 1.0) -> float:
    """Operations a second of a square matrix product, in bf16 on a GPU and float32 on a CPU: the best of many."""
    kind = torch.bfloat16 if device.type == "cuda" else torch.float32
    left, right = torch.randn(2, size, size, device=device, dtype=kind)
    best, began = float("inf"), time.perf_counter()
    while time.perf_counter() - began < seconds:
        start = time.perf_counter()
        left @ right
        if device.type == "cuda":
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best


def operations(setting: Setting) -> float:
    """Floating-point operations of one image forwards and backwards, counted by torch."""
    network, objective = setting.trained()
    stored = Batches(replace(setting, images=2).pictures(), setting.device)
    pixels, labels = next(stored.stream([torch.arange(2)]))
    with FlopCounterMode(display=False) as counter:
        with autocast(setting.device):
            outputs = network(to_inputs(pixels))
        objective(outputs.float(), labels)["loss"].backward()
    return counter.get_total_flops() / 2


def utilisation(settings: list[Setting], *, rounds: int) -> pd.DataFrame:
    """Our loop's share of the rate that a matrix product reaches, and the memory that it takes on a GPU."""
    rows = []
    on_gpu = settings[0].device.type == "cuda"
    for setting in settings:
        peak = peak_rate(setting.device, size=8192 if on_gpu else 1024)
        loop = OurLoop(setting, setting.pictures())
        if on_gpu:
            torch.cuda.reset_peak_memory_stats()
        timing = in_turns({"ours": partial(timed_epoch, loop)}, rounds=rounds)["ours"]
        count = operations(setting)
        rate = count * setting.images / spent(timing, setting.device)
        rows.append(
            {
                "backbone": setting.backbone,
                "pixels": setting.size,
                "batch": setting.batch,
                "precision": "bf16" if on_gpu else "float32, one thread",
                "images_per_second": round(setting.images / timing.seconds, 1),
                "gflops_per_image": round(count / 1e9, 3),
                "peak_gflops": round(peak / 1e9),
                "share_of_peak": round(rate / peak, 3),
                "peak_memory_mib": round(torch.cuda.max_memory_allocated() / 2**20) if on_gpu else None,
            }
        )
    return pd.DataFrame(rows)


def run(*, images: int | None = None, rounds: int = 4, device: str = "auto") -> dict[str, pd.DataFrame]:
    """Measure both tables.

    Args:
        images: of each setting, at least as many as classes; None for 2,048 on a GPU and 512 on a CPU.
        rounds: epochs of each row, the best of which counts.
        device: "cpu", "cuda", or "auto" for what torch finds.
    """
    chosen = torch.device("cuda" if device == "auto" and torch.cuda.is_available() else device.replace("auto", "cpu"))
    on_gpu = chosen.type == "cuda"
    images = images or (2048 if on_gpu else 512)
    sizes = GPU_SIZES if on_gpu else CPU_SIZES
    settings = [Setting(backbone, size, images, batch, chosen) for backbone, size, batch in sizes]
    with one_thread():
        compared = pd.concat([factors(setting, rounds=rounds) for setting in settings if setting.batch == 64])
        return {"factors": compared, "utilisation": utilisation(settings, rounds=rounds)}
