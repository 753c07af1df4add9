"""Trainings of hash layers on features: our own loop with one thing changed, and a step by hand for several seeds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from jaxtyping import Float, Float16, Int
from torch import Tensor, nn
from torch.nn.functional import interpolate

from basics.paths import project_root
from chapters.shared.setting import Setting, csq_training
from hashcenters.centers.generate import make_centers
from hashcenters.codes import binarise
from hashcenters.datasets.splits import PARTS, ArrayInputs, Inputs, Split
from hashcenters.metrics import average_precision
from hashcenters.models.hash_head import SLIM, csq_head, make_head
from hashcenters.models.network import Backbone, HashNetwork, folded
from hashcenters.training.config import Recipe, TrainingConfig
from hashcenters.training.features import Encoder
from hashcenters.training.loop import Batches, encode, make_optimiser, set_rates, train_epoch
from hashcenters.training.run import build_objective, frozen
from hashcenters.training.tracking import track
from hashcenters.training.transforms import to_inputs
from workbook.runner.profiles import load_profile

CPU = torch.device("cpu")
View = Callable[[np.ndarray, np.ndarray], np.ndarray]
PROFILE, NOTEBOOK = "photographs", "04_training"
FEATURES, CLASSES = 1280, 100
FLOOR = torch.finfo(torch.float32).eps / 4  # of both logarithms of L_C


@dataclass(frozen=True)
class Pool:
    """What hash layers learn from and are judged by.

    Args:
        train, validation: features in half precision, with labels.
        top_k: depth of the ranking that is scored.
    """

    train: Split
    validation: Split
    top_k: int | None = None


def split_of(features: np.ndarray, labels: np.ndarray) -> Split:
    """Features in memory as a split."""
    return Split(ArrayInputs(features), labels, np.arange(len(labels)).astype(str))


def random_pool(train: int, validation: int, *, dim: int = FEATURES) -> Pool:
    """Features of nothing, for times only."""
    rng = np.random.default_rng(0)
    sizes = (train, validation)
    made = [split_of(rng.random((n, dim), np.float32).astype(np.float16), rng.integers(0, CLASSES, n)) for n in sizes]
    return Pool(*made)


def setting() -> Setting:
    """Data, network and recipe of notebook 04 in the profile of photographs."""
    given = load_profile(PROFILE, project_root() / "profiles").notebooks[NOTEBOOK]
    names = ("epochs", "lr_decay", "lr_decay_epochs", "head_factor")
    recipe = Recipe(lr=given["learning_rate"], **{name: given[name] for name in names})
    network = {name: given[name] for name in ("dataset", "backbone", "weights", "trainable", "head")}
    return Setting(dataset_options={}, recipe=recipe, pretrain_recipe=recipe, **network)


def photographs_config(bits: int, seed: int) -> TrainingConfig:
    """A training of notebook 04 with CSQ's loss, S.7."""
    return csq_training(setting(), bits, seed, options={}).config


def made_up_config(bits: int, seed: int, *, head: str = "csq-slim", **recipe: float) -> TrainingConfig:
    """The same training of no data set, for features that are given."""
    centers = tuple(map(tuple, make_centers("csq", bits, CLASSES, seed=seed).tolist()))
    rates = replace(setting().recipe, **recipe)
    return TrainingConfig("given", "none", head, bits, "central", rates, seed=seed, centers=centers)


@dataclass(frozen=True)
class Viewed:
    """Pictures seen otherwise.

    Args:
        inputs: the pictures.
        view: of pictures (n, channels, side, side) and their n places among all, gives as many of the same shape.
    """

    inputs: Inputs
    view: View

    def __len__(self) -> int:
        return len(self.inputs)

    def batch(self, indices: np.ndarray) -> np.ndarray:
        return self.view(self.inputs.batch(indices), indices)


def flipped(pictures: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Pictures flipped left to right."""
    return np.ascontiguousarray(pictures[..., ::-1])


def cropped(pictures: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Seven eighths of each side of a picture, from where its place among all draws it, scaled to its size."""
    side = pictures.shape[-1]
    part = 7 * side // 8
    corners = [np.random.default_rng([1, place]).integers(0, side - part + 1, 2) for place in places]
    cut = [one[:, y : y + part, x : x + part] for one, (y, x) in zip(pictures, corners, strict=True)]
    scaled = interpolate(torch.from_numpy(np.stack(cut)), size=(side, side), mode="bilinear", antialias=True)
    return scaled.numpy()


def photographs() -> Pool:
    """The features that notebook 04 trains on, encoded where they are not.

    Raises:
        InputError: the photographs or the weights are not there.
    """
    data = frozen(photographs_config(16, 0), None)[2]
    return Pool(*(split_of(part.inputs.array, part.labels) for part in (data.train, data.validation)), data.top_k)


def seen_otherwise(view: View) -> Float16[np.ndarray, "n dim"]:
    """Features of the same training pictures flipped or cropped, kept beside the others."""
    config, pictures = photographs_config(16, 0), setting().data()
    turned = {
        name: replace(part, inputs=Viewed(part.inputs, view)) for name, part in vars(pictures).items() if name in PARTS
    }
    changed = replace(pictures, fingerprint=f"{pictures.fingerprint}, {view.__name__}", **turned)
    probe = to_inputs(torch.from_numpy(pictures.train.inputs.batch(np.arange(2))))
    network = folded(frozen(config, None)[0], probe)
    return Encoder(network, changed, f"{config.backbone}, {config.trainable}", CPU).encoded().train.inputs.array


def projected(pool: Pool, width: int) -> Pool:
    """Features on the first principal axes of the training split."""
    train = pool.train.inputs.array.astype(np.float32)
    mean = train.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(train.T, dtype=np.float32).astype(np.float64))
    kept = axes[:, ::-1][:, :width].astype(np.float32)
    parts = [
        split_of(((part.inputs.array - mean) @ kept).astype(np.float16), part.labels)
        for part in (pool.train, pool.validation)
    ]
    return Pool(*parts, pool.top_k)


def head_on(config: TrainingConfig, dim: int, width: int = SLIM) -> nn.Sequential:
    """The head of a training; a slim one keeps its width on fewer features, where the library's has no more units."""
    if config.head == "csq-slim" and (dim < SLIM or width != SLIM):
        return nn.Sequential(nn.Linear(dim, width), nn.ReLU(), *csq_head(width, config.bits)[2:])
    return make_head(config.head, dim, config.bits)


class Widened(Batches):
    """Features that are made float32 once."""

    def __init__(self, split: Split, device: torch.device) -> None:
        super().__init__(split, device)
        self.inputs = self.inputs.float()


class Copied(Widened):
    """Rows that are copied into the same memory for every batch."""

    def stream(self, order: Sequence[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
        room = torch.empty(len(order[0]), self.inputs.shape[1])
        for indices in order:
            yield torch.index_select(self.inputs, 0, indices, out=room[: len(indices)]), self.labels[indices]


class Shuffled(Batches):
    """Rows that are brought into an epoch's order at once."""

    def stream(self, order: Sequence[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
        whole, sizes = torch.cat(list(order)), [len(indices) for indices in order]
        yield from zip(self.inputs[whole].float().split(sizes), self.labels[whole].split(sizes), strict=True)


class Coins(Batches):
    """Rows of pictures that a coin, thrown for every picture in every epoch, takes from another view of them."""

    def __init__(self, split: Split, device: torch.device, *, other: np.ndarray) -> None:
        super().__init__(split, device)
        self.both = torch.stack([self.inputs, torch.from_numpy(other)])
        self.generator = torch.Generator().manual_seed(torch.initial_seed())  # the seed of the training

    def stream(self, order: Sequence[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
        side = torch.randint(2, (len(self),), generator=self.generator)
        for indices in order:
            yield self.both[side[indices], indices], self.labels[indices]


class InBf16(nn.Module):
    """A network whose products are in bf16."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, inputs: Float[Tensor, "n dim"]) -> Float[Tensor, "n bits"]:
        with torch.autocast("cpu", torch.bfloat16):
            return self.network(inputs)


class Training:
    """A training of our own loop, in which one thing may be another.

    Args:
        config: the training.
        pool: what it learns from.
        batches: how rows are read.
        bf16: whether products are in bf16 while it learns.
        keep_gradients: whether their memory is kept and set to 0.
        width: units of each hidden layer of a slim head.
        adam: options of the optimiser, `fused` and `foreach`.
    """

    def __init__(
        self,
        config: TrainingConfig,
        pool: Pool,
        *,
        batches: type[Batches] | partial[Batches] = Batches,
        bf16: bool = False,
        keep_gradients: bool = False,
        width: int = SLIM,
        **adam: bool,
    ) -> None:
        dim = pool.train.inputs.array.shape[1]
        self.config = config
        torch.manual_seed(config.seed)  # as `trained_part`
        self.network = HashNetwork(Backbone(nn.Identity(), dim), head_on(config, dim, width))
        self.learning = InBf16(self.network) if bf16 else self.network
        self.objective = build_objective(config, self.network)
        self.optimiser = make_optimiser(self.network, self.objective, config.recipe)
        for group in self.optimiser.param_groups:
            group.update(adam)
        if keep_gradients:
            self.optimiser.zero_grad = lambda **_: torch.optim.Optimizer.zero_grad(self.optimiser, set_to_none=False)
        self.rates = [group["lr"] for group in self.optimiser.param_groups]
        self.learned, self.held_out = batches(pool.train, CPU), Batches(pool.validation, CPU)

    def epoch(self, number: int = 0) -> float:
        """Learn from every row once; returns the mean loss."""
        set_rates(self.optimiser, self.config.recipe, number, self.rates)
        row = train_epoch(self.learning, self.objective, self.optimiser, self.learned, self.config, number)
        return float(row["loss"])

    def describe(self) -> dict[str, float]:
        """What is written down of the validation split after an epoch."""
        return track(self.objective, torch.from_numpy(encode(self.network, self.held_out)), self.held_out.labels)

    def whole_epoch(self, number: int = 0) -> float:
        """An epoch as `train` has them: learn, then describe."""
        loss = self.epoch(number)
        self.describe()
        return loss

    def networks(self) -> list[HashNetwork]:
        """What has been trained."""
        return [self.network]


class SideBySide:
    """Slim heads of several seeds, forwards and backwards by hand in memory of their own; each step is our loop's.

    Weights of all seeds lie in one tensor a layer, and so do batches, of which every seed has its own. Products have
    three axes; with one seed they have two.

    Args:
        configs: of the trainings, which differ in seed and centers only.
        pool: what they learn from.
    """

    def __init__(self, configs: Sequence[TrainingConfig], pool: Pool) -> None:
        self.trainings = [Training(config, pool) for config in configs]
        self.config, self.objective = configs[0], self.trainings[0].objective
        several = len(configs) > 1
        self.product, self.affine = (torch.bmm, torch.baddbmm) if several else (torch.mm, torch.addmm)
        self.stack = torch.stack if several else (lambda tensors: tensors[0])
        layers = list(zip(*(self.layers(network) for network in self.networks_before()), strict=True))
        self.weights = [nn.Parameter(self.stack([own.weight.detach() for own in layer])) for layer in layers]
        self.biases = [nn.Parameter(self.stack([own.bias.detach()[None] for own in layer])) for layer in layers]
        for parameter in self.weights + self.biases:
            parameter.grad = torch.zeros_like(parameter)
        recipe = self.config.recipe
        rate = recipe.lr * recipe.head_factor
        self.optimiser = torch.optim.Adam(self.weights + self.biases, lr=rate, fused=True)
        self.rates = [rate]
        self.centers = [training.objective.centers for training in self.trainings]
        self.features, self.labels = Widened(pool.train, CPU).inputs, torch.from_numpy(pool.train.labels)
        self.rooms: dict[tuple[int, ...], Tensor] = {}

    def networks_before(self) -> list[HashNetwork]:
        """The networks of the seeds, as they were made or last written to."""
        return [training.network for training in self.trainings]

    @staticmethod
    def layers(network: HashNetwork) -> list[nn.Linear]:
        """The linear layers of a head."""
        return [layer for layer in network.hash_layer if isinstance(layer, nn.Linear)]

    def room(self, use: int, count: int, width: int) -> Tensor:
        """Memory for so many rows of every seed, the same whenever it is asked for."""
        if (use, count, width) not in self.rooms:
            self.rooms[use, count, width] = self.stack([torch.empty(count, width) for _ in self.trainings])
        return self.rooms[use, count, width]

    def epoch(self, number: int = 0) -> float:
        """Learn from every row once; returns the mean loss over rows and seeds."""
        recipe = self.config.recipe
        set_rates(self.optimiser, recipe, number, self.rates)
        seeds = [1_000_003 * training.config.seed + number for training in self.trainings]
        draws = [torch.Generator().manual_seed(seed) for seed in seeds]
        order = torch.stack([torch.randperm(len(self.labels), generator=draw) for draw in draws])
        total = torch.zeros(())
        for indices in order.split(recipe.batch_size, dim=1):
            if indices.shape[1] > 1:
                total += self.step(indices) * indices.shape[1]
        return total.item() / len(self.labels) / len(self.trainings)

    @torch.no_grad()
    def step(self, indices: Int[Tensor, "seeds n"]) -> Float[Tensor, ""]:
        """One step of every seed; returns the sum of their losses."""
        count, last = indices.shape[1], len(self.weights) - 1
        values = [self.room(-1, count, self.features.shape[1])]
        for rows, out in zip(indices, values[0].view(len(indices), count, -1), strict=True):
            torch.index_select(self.features, 0, rows, out=out)
        for place, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            out = self.room(place, count, weight.shape[-2])
            self.affine(bias, values[-1], weight.mT, out=out)
            values.append(out.tanh_() if place == last else out.relu_())
        loss, slope = self.loss(values[-1], self.labels[indices])
        for place in range(last, -1, -1):
            weight, bias = self.weights[place], self.biases[place]
            self.product(slope.mT, values[place], out=weight.grad)
            torch.sum(slope, -2, keepdim=True, out=bias.grad)
            if place:
                below = self.room(last + place, count, weight.shape[-1])
                slope = self.product(slope, weight, out=below).mul_(values[place].sign())
        self.optimiser.step()
        return loss

    def loss(
        self, outputs: Float[Tensor, "*seeds n bits"], labels: Int[Tensor, "seeds n"]
    ) -> tuple[Float[Tensor, ""], Float[Tensor, "*seeds n bits"]]:
        """S.7 with the released forms, summed over seeds, and its gradient before the tanh.

        Of L_C that is y − c, as (1 − y²) / (c + y) = c − y for c = ±1; the library's is 0 where it floors L_C.
        """
        count, bits = outputs.shape[-2:]
        half, weights = count // 2, self.objective
        targets = self.stack([own[rows] for own, rows in zip(self.centers, labels, strict=True)])
        gap, toward = outputs.abs() - 1, torch.sub(outputs, targets)
        one, other = outputs[..., :half, :], outputs[..., half : 2 * half, :]
        scale, pairs = 10 / bits, max(half**2, 1)
        inner = scale * self.product(one, other.mT)
        similar = (labels[:, :half, None] == labels[:, None, half : 2 * half]).float().view_as(inner)
        beside = (inner.sigmoid() - similar).mul_(weights.lambda_pairwise * scale / pairs)
        slope = (gap * outputs.sign()).mul_(2 * weights.lambda_quantization / (count * bits))
        slope[..., :half, :] += self.product(beside, other)
        slope[..., half : 2 * half, :] += self.product(beside.mT, one)
        slope.mul_(1 - outputs.square()).add_(toward, alpha=1 / (count * bits))
        central = -(1 - toward.abs() / 2).clamp(min=FLOOR).log().sum() / (count * bits)
        squared = gap.square().sum() / (count * bits)
        similarity = (torch.nn.functional.softplus(inner) - similar * inner).sum() / pairs
        return central + weights.lambda_quantization * squared + weights.lambda_pairwise * similarity, slope

    @torch.no_grad()
    def networks(self) -> list[HashNetwork]:
        """What has been trained, a network a seed."""
        found = self.networks_before()
        for place, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            own = weight.view(len(found), *weight.shape[-2:]), bias.view(len(found), -1)
            for network, its_weight, its_bias in zip(found, *own, strict=True):
                self.layers(network)[place].weight.copy_(its_weight)
                self.layers(network)[place].bias.copy_(its_bias)
        return found

    def whole_epoch(self, number: int = 0) -> float:
        """An epoch of every seed as `train` has them: learn, then describe."""
        loss = self.epoch(number)
        self.networks()
        for training in self.trainings:
            training.describe()
        return loss


def validation_map(network: nn.Module, pool: Pool) -> float:
    """mAP of the validation split against the training split, under the default rule for ties."""
    codes = [binarise(encode(network, Batches(part, CPU))) for part in (pool.validation, pool.train)]
    labels = pool.validation.labels, pool.train.labels
    return float(np.nanmean(average_precision(codes[0], labels[0], codes[1], labels[1], top_k=pool.top_k)))
