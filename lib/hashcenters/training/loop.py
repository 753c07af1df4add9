"""The training loop: image or video, any network, any objective."""

import copy
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from textwrap import shorten
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from basics.errors import InputError
from hashcenters.datasets.inputs import batches
from hashcenters.datasets.splits import Inputs, Split
from hashcenters.models.groups import parameter_groups
from hashcenters.training.checkpoint import load_tensors, moments_of, part, restore_moments, save_tensors, set_aside
from hashcenters.training.config import Recipe, TrainingConfig
from hashcenters.training.tracking import track
from hashcenters.training.transforms import flip_crop, to_inputs

log = logging.getLogger(__name__)

ENCODE_BATCH = 500
LONGEST_REASON = 150


@contextmanager
def one_thread() -> Iterator[None]:
    """Run torch on one CPU thread, so that sums come out the same however many trainings run side by side."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def make_optimiser(network: nn.Module, objective: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """The recipe's optimiser over the network's parameter groups and the centers that are learned.

    Learned centers move at the rate of the hash layer, and no weight decay pulls them to 0.
    """
    groups = parameter_groups(network, lr=recipe.lr, head_factor=recipe.head_factor)
    learned = [parameter for parameter in objective.parameters() if parameter.requires_grad]
    if learned:
        rate = recipe.lr * recipe.head_factor
        groups.append({"params": learned, "lr": rate, "weight_decay": 0.0, "name": "centers"})
    if recipe.optimiser == "adam":
        return torch.optim.Adam(groups, weight_decay=recipe.weight_decay, fused=True)
    if recipe.optimiser == "sgd":
        return torch.optim.SGD(groups, momentum=recipe.momentum, weight_decay=recipe.weight_decay)
    return torch.optim.RMSprop(groups, weight_decay=recipe.weight_decay)


class Batches:
    """A split's inputs and labels, batch by batch on the device.

    Inputs that are an array all lie there from the start; others are read ahead, the next batch while one is used.
    """

    def __init__(self, split: Split, device: torch.device) -> None:
        self.device = device
        self.inputs: Inputs | Tensor = split.inputs
        array = getattr(split.inputs, "array", None)
        if array is not None:
            self.inputs = torch.from_numpy(np.ascontiguousarray(array)).to(device)
        self.labels = torch.from_numpy(split.labels).to(device)

    def __len__(self) -> int:
        return len(self.labels)

    def stream(self, order: Sequence[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
        """The inputs and the labels of each batch of indices."""
        if isinstance(self.inputs, Tensor):
            streamed = (self.inputs[indices.to(self.device)] for indices in order)
        else:
            read = batches(self.inputs, (indices.numpy() for indices in order))
            streamed = (torch.from_numpy(batch).to(self.device, non_blocking=True) for batch in read)
        for indices, inputs in zip(order, streamed, strict=True):
            yield inputs, self.labels[indices.to(self.device)]


def autocast(device: torch.device) -> Any:
    """bf16 arithmetic on a GPU; float32 on a CPU."""
    return torch.autocast("cuda", torch.bfloat16) if device.type == "cuda" else nullcontext()


def encode(
    network: nn.Module, split: Batches, forward: Callable[[Tensor], Tensor] | None = None
) -> Float[np.ndarray, "n outputs"]:
    """The network's outputs for a whole split, in its order, in evaluation mode.

    Args:
        network: maps inputs (n, ...) to (n, outputs).
        split: what is encoded.
        forward: what to call instead of the network itself, such as its features.
    """
    network.eval()
    outputs = []
    with torch.inference_mode(), autocast(split.device):
        for inputs, _ in split.stream(torch.arange(len(split)).split(ENCODE_BATCH)):
            outputs.append((forward or network)(to_inputs(inputs)).float().cpu())
    return torch.cat(outputs).numpy()


def train_epoch(
    network: nn.Module,
    objective: nn.Module,
    optimiser: torch.optim.Optimizer,
    split: Batches,
    config: TrainingConfig,
    epoch: int,
) -> dict[str, float | int]:
    """One pass over the training split; returns the mean of the loss and of each of its parts."""
    recipe = config.recipe
    generator = torch.Generator().manual_seed(1_000_003 * config.seed + epoch)
    torch.manual_seed(1_000_003 * config.seed + epoch)
    network.train()
    sums: dict[str, Tensor] = {}
    order = torch.randperm(len(split), generator=generator).split(recipe.batch_size)
    order = [indices for indices in order if len(indices) > 1]  # batch normalisation needs two samples
    for inputs, labels in split.stream(order):
        if recipe.augment == "flip-crop":
            inputs = flip_crop(inputs, generator)
        with autocast(split.device):
            outputs = network(to_inputs(inputs))
        parts = objective(outputs.float(), labels)
        optimiser.zero_grad(set_to_none=True)
        parts["loss"].backward()
        if recipe.clip is not None:
            nn.utils.clip_grad_norm_(network.parameters(), recipe.clip)
        optimiser.step()
        objective.after_step(outputs.detach().float(), labels)
        for name, value in parts.items():
            sums[name] = sums.get(name, 0) + value.detach() * len(labels)
    return {name: value.item() / len(split) for name, value in sums.items()}


def set_rates(optimiser: torch.optim.Optimizer, recipe: Recipe, epoch: int, start: list[float]) -> None:
    """Set every group's learning rate for an epoch (counted from 0)."""
    steps = epoch // recipe.lr_decay_epochs if recipe.lr_decay_epochs else 0
    for group, rate in zip(optimiser.param_groups, start, strict=True):
        group["lr"] = rate * recipe.lr_decay**steps


def train(
    config: TrainingConfig,
    network: nn.Module,
    objective: nn.Module,
    split: Split,
    validation: Split,
    *,
    checkpoint: Path | None = None,
    on_epoch: Callable[[int, dict[str, float | int]], None] | None = None,
) -> tuple[list[dict[str, float | int]], list[Tensor]]:
    """Train network and objective in place; resume from the checkpoint when there is one.

    Args:
        config: the training; its recipe and seed are used here.
        network, objective: on the device already.
        split: what is learned from.
        validation: held-out samples whose outputs are described after every epoch.
        checkpoint: file that is rewritten after every epoch; a damaged one is set aside and all starts anew.
        on_epoch: called with the epoch's number (from 1) and its history row.

    Returns:
        the history, one row an epoch: mean loss and parts, and the description of the validation outputs; and
        the centers before training and after every epoch, empty for a classifier.

    Raises:
        InputError: the loss stopped being a number.
    """
    device = next(network.parameters()).device
    learned, held_out = Batches(split, device), Batches(validation, device)
    optimiser = make_optimiser(network, objective, config.recipe)
    start = [group["lr"] for group in optimiser.param_groups]
    history, path = resume(checkpoint, network, objective, optimiser)
    for epoch in range(len(history), config.recipe.epochs):
        set_rates(optimiser, config.recipe, epoch, start)
        row = {"epoch": epoch + 1, **train_epoch(network, objective, optimiser, learned, config, epoch)}
        if not np.isfinite(row["loss"]):
            raise InputError(f"the loss must stay finite, got {row['loss']} in epoch {epoch + 1}")
        row |= track(objective, torch.from_numpy(encode(network, held_out)).to(device), held_out.labels)
        history.append(row)
        path += current_centers(objective)
        if checkpoint is not None:
            moments = {f"optimiser.{name}": value for name, value in moments_of(optimiser).items()}
            save_tensors(checkpoint, state_tensors(network, objective, path) | moments, history)
        if on_epoch is not None:
            on_epoch(epoch + 1, row)
    return history, path


def current_centers(objective: nn.Module) -> list[Tensor]:
    """A copy of the objective's centers, in a list that is empty for a classifier."""
    centers = getattr(objective, "centers", None)
    return [] if centers is None else [centers.detach().cpu().clone()]


def state_tensors(network: nn.Module, objective: nn.Module, path: Sequence[Tensor]) -> dict[str, Tensor]:
    """Network, objective and path of centers as named tensors."""
    named = {"network": network.state_dict(), "objective": objective.state_dict(), "centers": dict(enumerate(path))}
    return {f"{kind}.{name}": value for kind, state in named.items() for name, value in state.items()}


def resume(
    path: Path | None, network: nn.Module, objective: nn.Module, optimiser: torch.optim.Optimizer
) -> tuple[list[dict[str, float | int]], list[Tensor]]:
    """Load a checkpoint into network, objective and optimiser; returns its history and path of centers.

    One that is damaged or does not fit is set aside, and they stay what they were.
    """
    if path is None or not path.exists():
        return [], current_centers(objective)
    holders = (network, objective, optimiser)
    before = copy.deepcopy([holder.state_dict() for holder in holders])
    try:
        tensors, history = load_tensors(path)
        network.load_state_dict(part(tensors, "network."))
        objective.load_state_dict(part(tensors, "objective."))
        restore_moments(optimiser, part(tensors, "optimiser."))
        align_moments(optimiser)
        centers = part(tensors, "centers.")
        if len(centers) != (len(history) + 1) * len(current_centers(objective)):
            raise ValueError(f"{len(centers)} centers do not fit {len(history)} epochs")
        return history, [centers[str(epoch)] for epoch in range(len(centers))]
    except (InputError, RuntimeError, ValueError, KeyError, TypeError) as error:  # whatever does not fit
        log.warning("%s cannot be used (%s); the training begins anew", path, shorten(str(error), LONGEST_REASON))
        for holder, state in zip(holders, before, strict=True):
            holder.load_state_dict(state)
        set_aside(path)
        return [], current_centers(objective)


def align_moments(optimiser: torch.optim.Optimizer) -> None:
    """Lay every moment out in memory as its parameter is; fused steps read both in the order of memory.

    Raises:
        ValueError: one has another shape.
    """
    for parameter, state in optimiser.state.items():
        for name, value in state.items():
            if value.ndim and value.shape != parameter.shape:
                raise ValueError(f"{name} of shape {tuple(value.shape)} does not fit {tuple(parameter.shape)}")
            if value.ndim:
                state[name] = torch.empty_like(parameter, requires_grad=False).copy_(value)
