"""What a measurement ran on."""

import importlib.metadata
import os
import platform
from pathlib import Path

PACKAGES = ("numpy", "numba", "faiss-cpu", "torch", "scipy", "pandas")


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _field(path: str, name: str) -> str | None:
    """The value of the first line `name : value` of a file of the Linux kernel, None where there is no such file."""
    if not Path(path).is_file():
        return None
    lines = (line.partition(":") for line in Path(path).read_text(encoding="utf-8").splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), None)


def describe() -> dict[str, str]:
    """Processor, usable cores, memory, system, versions, and how busy the machine is at this moment."""
    memory = _field("/proc/meminfo", "MemTotal")
    facts = {
        "processor": _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": str(usable_cores()),
        "memory": f"{int(memory.split()[0]) / 2**20:.0f} GiB" if memory else "unknown",
        "OpenMP threads": os.environ.get("OMP_NUM_THREADS", "one a core"),
        "system": platform.system(),
        "python": platform.python_version(),
    }
    facts |= {name: importlib.metadata.version(name) for name in PACKAGES}
    if hasattr(os, "getloadavg"):
        facts["load"] = f"{os.getloadavg()[0]:.1f} running processes in the last minute"
    return facts
