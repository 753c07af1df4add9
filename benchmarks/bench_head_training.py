"""Training hash layers on features: a step beside the machine's own matrix rate, and ways to a cheaper training.

Trainings are those of notebook 04 with the profile of photographs (EfficientNet-Lite0 at 192 pixels, frozen; joint
loss S.7; Adam; batches of 64), on one CPU thread. Everything in a table takes turns, and the least core seconds of a
few rounds count, which other programs lengthen less than those of the clock. Without the photographs or the network's
weights, features are random numbers, which cost the same.

`step`: a step of our `train_epoch` (draw a batch, forward, loss, backward, Adam), and the operations of its matrix
products: 2 × rows × weights forwards, as many for the gradient of the weights, and as many for the gradient of the
inputs, but not in the first layer, as features need none. `own_shapes` is the rate of these very products, alone and in
memory of their own; `square` that of a product of 1,024 × 1,024 matrices. `floor_share` is the part of a step that
these products and Adam's update take alone.

`parts`: where a step goes. `alone` is the same work by itself, in milliseconds a step; `profiled` is torch's profiler's
share of the time of an epoch, in which its own work counts too.

`changes`: our loop with one thing changed, an epoch with the description of the validation split after it. `ratio` is
core seconds of our loop over those of the change, so above 1 is faster; `same_bits` whether weights are the same to the
bit after an epoch, `largest_difference` how far they are apart. A training of several seeds counts as a seed's share.
"""

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd
import torch
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile

from basics.errors import InputError
from benchmarks.clock import Timing, in_turns, once
from benchmarks.head_training import (
    Copied,
    Pool,
    Shuffled,
    SideBySide,
    Training,
    Widened,
    made_up_config,
    photographs,
    projected,
    random_pool,
)
from hashcenters.training.loop import one_thread

SIZES = (12_999, 5_000)  # of the splits of Tiny-ImageNet
HEADS = (("csq-slim", 16, 64), ("csq-slim", 64, 64), ("csq-slim", 64, 256), ("csq", 64, 64), ("shc", 64, 64))
SQUARE, SQUARES = 1024, 20
SIDE_BY_SIDE = 5
Products = list[tuple[Tensor, Tensor, Tensor]]
PROFILED = {
    "matrix products": ("aten::mm", "aten::addmm"),
    "Adam's update": ("aten::_fused_adam_",),
    "drawing rows": ("aten::index",),
}


def products_of(network: nn.Module, batch: int) -> Products:
    """The matrix products of a step: factors, and where the result goes."""
    found: Products = []
    for place, layer in enumerate(layer for layer in network.modules() if isinstance(layer, nn.Linear)):
        below, above = torch.rand(batch, layer.in_features), torch.rand(batch, layer.out_features)
        weight = layer.weight.detach()
        found.append((below, weight.T, torch.empty_like(above)))
        found.append((above.T, below, torch.empty_like(weight)))
        found += [(above, weight, torch.empty_like(below))] if place else []  # features need no gradient
    return found


def operations(products: Products) -> int:
    """Floating-point operations of some products."""
    return sum(2 * len(out) * first.shape[1] * out.shape[1] for first, _, out in products)


def multiply(products: Products, times: int) -> None:
    """Do all products so many times."""
    for _ in range(times):
        for first, second, out in products:
            torch.mm(first, second, out=out)


def repeat(task: Callable[[], object], times: int) -> None:
    """Do something so many times."""
    for _ in range(times):
        task()


def apply(task: Callable[[Tensor], object], rows: list[Tensor]) -> None:
    """Do something with every tensor of a list."""
    for tensor in rows:
        task(tensor)


def core_ms(timings: Mapping[str, Timing], times: int) -> dict[str, float]:
    """Core milliseconds of each task, which was done so many times."""
    return {name: 1e3 * timing.core_seconds / times for name, timing in timings.items()}


def step_row(head: str, bits: int, batch: int, pool: Pool, *, rounds: int) -> dict[str, object]:
    """A step of one head beside its products, a square product, and Adam's update."""
    training, updated = (Training(made_up_config(bits, 0, head=head, batch_size=batch), pool) for _ in range(2))
    updated.epoch()  # so that there are gradients and moments
    steps = -(-len(pool.train) // batch)
    products, squares = products_of(training.network, batch), [(*torch.rand(3, SQUARE, SQUARE),)]
    tasks = {
        "step": training.epoch,
        "products": partial(multiply, products, steps),
        "adam": partial(repeat, updated.optimiser.step, steps),
        "square": partial(multiply, squares, SQUARES),
    }
    ms = core_ms(in_turns(tasks, rounds=rounds), steps)
    count = operations(products) / 1e6
    own, square = count / ms["products"], operations(squares) * SQUARES / steps / ms["square"] / 1e6
    return {
        "head": head,
        "bits": bits,
        "batch": batch,
        "weights": sum(weight.numel() for weight in training.network.parameters()),
        "mflop": round(count),
        "step_ms": round(ms["step"], 2),
        "products_ms": round(ms["products"], 2),
        "adam_ms": round(ms["adam"], 2),
        "step_gflops": round(count / ms["step"]),
        "own_shapes_gflops": round(own),
        "square_gflops": round(square),
        "share_of_own_shapes": round(ms["products"] / ms["step"], 2),
        "share_of_square": round(count / ms["step"] / square, 2),
        "floor_share": round((ms["products"] + ms["adam"]) / ms["step"], 2),
    }


def parts(pool: Pool, *, rounds: int) -> pd.DataFrame:
    """Where a step of the slim head at 64 bits goes."""
    training, updated = (Training(made_up_config(64, 0), pool) for _ in range(2))
    updated.epoch()
    order = torch.randperm(len(pool.train)).split(64)
    rows = [training.learned.inputs[indices] for indices in order]
    labels, steps = training.learned.labels[order[0]], len(order)
    outputs = training.network(rows[0].float()).detach().requires_grad_()
    tasks = {
        "a step": training.epoch,
        "matrix products": partial(multiply, products_of(training.network, 64), steps),
        "Adam's update": partial(repeat, updated.optimiser.step, steps),
        "drawing rows": partial(apply, training.learned.inputs.__getitem__, list(order)),
        "half precision to float32": partial(apply, torch.Tensor.float, rows),
        "loss, forwards and backwards": partial(
            repeat, lambda: training.objective(outputs, labels)["loss"].backward(), steps
        ),
        "description of the validation split, spread over an epoch": training.describe,
    }
    ms = core_ms(in_turns(tasks, rounds=rounds), steps)
    whole = ms["a step"]
    inside = [name for name in tasks if name not in ("a step", list(tasks)[-1])]
    ms["the rest: activations, biases, memory of gradients, autograd, Python"] = whole - sum(
        ms[name] for name in inside
    )
    shares = profiled(training)
    return pd.DataFrame(
        {"part": name, "alone_ms": round(value, 3), "share": round(value / whole, 3), "profiled": shares.get(name)}
        for name, value in ms.items()
    )


def profiled(training: Training) -> dict[str, float]:
    """Shares of the time of an epoch that torch's profiler gives to some operations."""
    with profile(activities=[ProfilerActivity.CPU], acc_events=True) as found:
        timing = once(training.epoch)
    spent = {event.key: event.self_cpu_time_total / 1e6 for event in found.key_averages()}
    shares = {name: sum(spent.get(key, 0.0) for key in keys) for name, keys in PROFILED.items()}
    return {name: round(value / timing.seconds, 3) for name, value in shares.items()}


Way = Callable[[int], Training | SideBySide]  # from a seed to what is trained


def ways(pool: Pool, bits: int) -> dict[str, Way]:
    """Our loop, and what is held against it."""

    def ours(**options: object) -> Way:
        return lambda seed: Training(made_up_config(bits, seed), pool, **options)

    def on(width: int) -> Way:
        fewer = projected(pool, width)
        return lambda seed: Training(made_up_config(bits, seed), fewer)

    def beside(seeds: int) -> Way:
        return lambda seed: SideBySide([made_up_config(bits, seed + other) for other in range(seeds)], pool)

    return {
        "our loop": ours(),
        "Adam a weight after the other (torch's default)": ours(fused=False, foreach=False),
        "Adam with foreach": ours(fused=False, foreach=True),
        "memory of gradients kept": ours(keep_gradients=True),
        "features made float32 once": ours(batches=Widened),
        "float32, rows copied into the same memory": ours(batches=Copied),
        "an epoch's rows drawn at once": ours(batches=Shuffled),
        "products in bf16": ours(bf16=True),
        "a step by hand": beside(1),
        f"{SIDE_BY_SIDE} seeds by hand in one product": beside(SIDE_BY_SIDE),
        "PCA, 512 dimensions": on(512),
        "PCA, 256 dimensions": on(256),
    }


def weights(network: nn.Module) -> Tensor:
    """All weights of a network, one after the other."""
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


def changes(pool: Pool, bits: int, *, rounds: int) -> pd.DataFrame:
    """What each change brings, and whether numbers stay."""
    made = {name: way(0) for name, way in ways(pool, bits).items()}
    after = {}
    for name, training in made.items():  # untimed: memory and moments are there from the second epoch on
        training.epoch()
        after[name] = weights(training.networks()[0])
    timings = in_turns({name: training.whole_epoch for name, training in made.items()}, rounds=rounds)
    spent = {name: timing.core_seconds / len(made[name].networks()) for name, timing in timings.items()}
    first = after["our loop"]
    gaps = {name: float((own - first).abs().max()) if len(own) == len(first) else None for name, own in after.items()}
    return pd.DataFrame(
        {
            "bits": bits,
            "change": name,
            "epoch_core_seconds": round(seconds, 2),
            "ratio": round(spent["our loop"] / seconds, 2),
            "same_bits": None if gaps[name] is None else gaps[name] == 0,
            "largest_difference": gaps[name],
        }
        for name, seconds in spent.items()
    )


def run(*, rounds: int = 3) -> dict[str, pd.DataFrame]:
    """Measure all tables.

    Args:
        rounds: of each timing, the best of which counts.
    """
    with one_thread():
        try:
            pool = photographs()
        except InputError as error:
            print(f"features are random numbers, as there are no photographs: {error}")
            pool = random_pool(*SIZES)
        return {
            "step": pd.DataFrame(step_row(*head, pool, rounds=rounds) for head in HEADS),
            "parts": parts(pool, rounds=rounds),
            "changes": changes(pool, 64, rounds=rounds),
        }
