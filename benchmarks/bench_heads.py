"""Training hash layers on features: core seconds of a step beside those of its matrix products alone.

A step of our `train_epoch` (draw a batch, forward, loss, backward, Adam) on one CPU thread, and `torch` products of the
same shapes and number, forward and backward, in preallocated memory. `matrix_share` is the part of a step that these
products would take; the rest is mostly Adam, which reads and writes every weight and both its moments once a step.
"""

from functools import partial

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from benchmarks.clock import in_turns
from hashcenters.centers.generate import make_centers
from hashcenters.datasets.splits import ArrayInputs, Split
from hashcenters.losses.factory import make_objective
from hashcenters.models.hash_head import make_head
from hashcenters.models.network import Backbone, HashNetwork
from hashcenters.training.config import Recipe, TrainingConfig, freeze_centers
from hashcenters.training.loop import Batches, make_optimiser, one_thread, train_epoch

FEATURES, CLASSES, ITEMS, ROUNDS = 1280, 100, 3200, 5
HEADS = (("csq-slim", 64, 64), ("csq-slim", 16, 64), ("csq-slim", 64, 256), ("csq", 64, 64), ("shc", 64, 64))


class Epoch:
    """An epoch of our loop on random features."""

    def __init__(self, head: str, bits: int, batch: int) -> None:
        centers = make_centers("csq", bits, CLASSES, seed=0)
        rng = np.random.default_rng(0)
        self.config = TrainingConfig(
            dataset="digits100",
            backbone="alexnet-narrow",
            head=head,
            bits=bits,
            objective="central",
            recipe=Recipe(lr=5e-5, batch_size=batch),
            seed=0,
            centers=freeze_centers(centers),
        )
        torch.manual_seed(0)
        self.network = HashNetwork(Backbone(nn.Identity(), FEATURES), make_head(head, FEATURES, bits))
        self.objective = make_objective("central", centers, network=self.network)
        self.optimiser = make_optimiser(self.network, self.objective, self.config.recipe)
        features = rng.random((ITEMS, FEATURES), dtype=np.float32).astype(np.float16)
        labels = rng.integers(0, CLASSES, ITEMS)
        names = np.arange(ITEMS).astype(str)
        self.split = Batches(Split(ArrayInputs(features), labels, names), torch.device("cpu"))

    def __call__(self) -> None:
        """Train for an epoch."""
        train_epoch(self.network, self.objective, self.optimiser, self.split, self.config, 0)

    def products(self) -> list[tuple[Tensor, Tensor, Tensor]]:
        """The matrix products of a step: factors, and where the result goes."""
        layers = [layer for layer in self.network.hash_layer if isinstance(layer, nn.Linear)]
        batch = self.config.recipe.batch_size
        found = []
        for place, layer in enumerate(layers):
            below, above = torch.rand(batch, layer.in_features), torch.rand(batch, layer.out_features)
            weight = layer.weight.detach()
            found.append((below, weight.T, torch.empty_like(above)))
            found.append((above.T, below, torch.empty_like(weight)))
            found += [(above, weight, torch.empty_like(below))] if place else []  # features need no gradient
        return found


def multiply(products: list[tuple[Tensor, Tensor, Tensor]], steps: int) -> None:
    """Do the products of so many steps."""
    for _ in range(steps):
        for first, second, out in products:
            torch.mm(first, second, out=out)


def run() -> pd.DataFrame:
    """One row a head: milliseconds of a step and of its products, their share, and the rate of the products."""
    rows = []
    with one_thread():
        for head, bits, batch in HEADS:
            epoch, steps = Epoch(head, bits, batch), -(-ITEMS // batch)
            products = epoch.products()
            timings = in_turns({"step": epoch, "products": partial(multiply, products, steps)}, rounds=ROUNDS)
            step, alone = (timings[name].core_seconds / steps for name in ("step", "products"))
            operations = sum(2 * len(out) * first.shape[1] * out.shape[1] for first, _, out in products)
            rows.append(
                {
                    "head": head,
                    "bits": bits,
                    "batch": batch,
                    "weights": sum(weight.numel() for weight in epoch.network.parameters()),
                    "step_ms": round(1e3 * step, 2),
                    "products_ms": round(1e3 * alone, 2),
                    "matrix_share": round(alone / step, 2),
                    "step_gflops": round(operations / step / 1e9, 1),
                    "products_gflops": round(operations / alone / 1e9, 1),
                }
            )
    return pd.DataFrame(rows)
