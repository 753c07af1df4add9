"""What this machine computes with."""

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

from basics.paths import project_root


def output_of(*command: str) -> str | None:
    """What a command prints when run in the project folder, None where it is missing or fails."""
    if not shutil.which(command[0]):
        return None
    run = subprocess.run(command, capture_output=True, text=True, cwd=project_root(), check=False)
    return run.stdout.strip() if run.returncode == 0 else None


def graphics_cards() -> list[str]:
    """Names of the CUDA devices that the driver finds."""
    return (output_of("nvidia-smi", "--query-gpu=name", "--format=csv,noheader") or "").splitlines()


def choose_device(wanted: str) -> str:
    """`cpu` or `cuda`: what was asked for, or for `auto` what torch finds.

    torch takes seconds to import, so it is asked only where the driver finds a card.
    """
    if wanted != "auto":
        return wanted
    if not graphics_cards():
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def describe() -> str:
    """The graphics cards, or the processor and how many of its cores may be used."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return ", ".join(graphics_cards()) or f"{processor()}, {cores} cores"


def processor() -> str:
    """The processor's name; the platform module knows only its architecture on Linux."""
    try:
        described = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    named = re.search(r"^model name\s*:\s*(.+)$", described, re.MULTILINE)
    return named[1] if named else platform.machine()
