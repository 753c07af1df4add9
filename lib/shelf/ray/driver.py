"""One attempt at a grid of trainings on a Ray cluster, in a process of its own.

The job comes as JSON on standard input: `address`, `starter` (process id), `root` (the folder of runs), `mark` (a file
in it that was just made) and `cells` (configurations by key). When all cells are through, events leave as JSON lines on
standard output: `{"finished": key}` or `{"error": text}`, one a training. The process ends as soon as a node of the
cluster does; Ray then ends what it had started.
"""

import json
import os
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

from basics.errors import InputError
from shelf.ray.node import Desk, ask, work
from workbook.runner.processes import when_parent_ends

CONNECT_SECONDS = 60.0
WATCH_SECONDS = 1.0
LOST = 75


def main() -> None:
    """Do the job that standard input describes."""
    job = json.load(sys.stdin)
    when_parent_ends(job["starter"], lambda: os._exit(LOST))
    events = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # Ray prints, too
    try:
        connect(job["address"])
        threading.Thread(target=leave_with_a_node, daemon=True).start()
        told = [event for device in ("cuda", "cpu") for event in train_on(device, job)]
    except InputError as error:
        told = [{"error": str(error)}]
    for event in told:
        print(json.dumps(event), file=events)
    events.close()


def leave(why: str) -> None:
    """End this process at once; what is missing is left to the next attempt."""
    print(why, file=sys.stderr, flush=True)
    os._exit(LOST)


def connect(address: str) -> None:
    """Join the cluster.

    Raises:
        InputError: this machine is none of its nodes, its Ray or Python is another version, or the token differs.
    """
    import ray

    timer = threading.Timer(CONNECT_SECONDS, leave, [f"it let nobody in for {CONNECT_SECONDS:g} seconds"])
    timer.start()
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise InputError(f"cannot join the Ray cluster at {address}: {' '.join(str(error).split())}") from error
    finally:
        timer.cancel()


def nodes() -> dict[str, dict[str, float]]:
    """What each living node offers."""
    import ray

    return {node["NodeID"]: node["Resources"] for node in ray.nodes() if node["Alive"]}


def leave_with_a_node() -> None:
    """End this process when a node that lives now does not any more: Ray would wait for its processors forever."""
    at_first = set(nodes())
    while at_first <= set(nodes()):
        time.sleep(WATCH_SECONDS)
    leave("a node of the cluster ended")


def slots(device: str) -> int:
    """How many trainings fit side by side: one a processor, or one a GPU with a processor for it.

    Raises:
        InputError: none does.
    """
    needed = ("CPU", "GPU") if device == "cuda" else ("CPU",)
    found = sum(min(int(node.get(name, 0)) for name in needed) for node in nodes().values())
    if not found:
        raise InputError(f"the trainings want device {device}, but no node has a {needed[-1]}; see --device")
    return found


def train_on(device: str, job: dict[str, Any]) -> list[dict[str, str]]:
    """What came of every cell for a device, through joblib's Ray backend, on all that the cluster has.

    The backend deals its tasks out in turn, whether a worker is busy or not. So each worker gets one task, which
    takes cells from the desk until there are no more. joblib keeps a single task in this process, which may not be
    where the GPU is; that one goes to Ray directly.
    """
    import ray
    from joblib import Parallel, delayed, parallel_config
    from ray.util.joblib import register_ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    cells = {key: cell for key, cell in job["cells"].items() if cell["device"] == device}
    if not cells:
        return []
    root = Path(job["root"])
    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    desk = ray.remote(Desk).options(num_cpus=0, scheduling_strategy=here).remote(root, cells)
    task = (partial(ask, desk), root, job["mark"])
    needs = {"num_cpus": 1, "num_gpus": int(device == "cuda")}
    workers = min(slots(device), len(cells))
    if workers == 1:
        return ray.get(ray.remote(work).options(**needs).remote(*task))
    register_ray()
    with parallel_config(backend="ray", ray_remote_args=needs):
        told = Parallel(n_jobs=workers, batch_size=1, pre_dispatch="all")([delayed(work)(*task)] * workers)
    return [event for events in told for event in events]


if __name__ == "__main__":
    main()
