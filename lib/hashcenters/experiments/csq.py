"""CSQ on images: the loss ablation and the grid over λ1 and λ2 (supplement, section 2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hashcenters.centers.generate import make_centers
from hashcenters.experiments.setting import Setting, hash_training, make_setting
from hashcenters.training.config import TrainingConfig

LAMBDA_QUANTIZATION = 0.05  # λ1 of S.7 (supplement, 3.2)
LAMBDA_PAIRWISE = 0.2  # λ2 of S.7

L_Q = {"lambda_quantization": LAMBDA_QUANTIZATION, "quantization_form": "squared"}
NO_L_Q = L_Q | {"lambda_quantization": 0.0}
L_P = {"lambda_pairwise": LAMBDA_PAIRWISE}
NO_L_P = {"lambda_pairwise": 0.0}
# L_Q as released, a mean over bits like L_C; one row has the text's sum over bits (see `losses.joint.joint_loss`)
SQUARED, TEXT = "L_C + L_Q", "L_C + L_Q (text)"
LOSSES: dict[str, dict[str, float | str]] = {
    "L_C": NO_L_Q | NO_L_P,
    "L_P": {"central_weight": 0.0, "lambda_pairwise": 1.0} | NO_L_Q,
    SQUARED: L_Q | NO_L_P,
    TEXT: L_Q | NO_L_P | {"quantization_form": "log-cosh"},
    "L_C + L_P": NO_L_Q | L_P,
    "L_C + L_Q + L_P": L_Q | L_P,
}


@dataclass(frozen=True)
class Cell:
    """One training of a grid, with the values that tell it from the others."""

    labels: Mapping[str, Any]
    config: TrainingConfig


def csq_cell(
    setting: Setting,
    bits: int,
    seed: int,
    *,
    options: Mapping[str, float | str],
    generator: str = "csq",
    draw: int | None = None,
    **labels: Any,
) -> Cell:
    """One CSQ training towards centers of a generator; the seed draws the centers too, unless `draw` does.

    Args:
        setting: data, backbone, recipe and device.
        bits: length of the codes.
        seed: of centers and training.
        options: weights and forms of the central objective.
        generator: of the centers.
        draw: seed of the centers.
        labels: further values to tell it by.
    """
    center_seed = seed if draw is None else draw
    centers = make_centers(generator, bits, setting.data().num_classes, seed=center_seed)
    config = hash_training(setting, centers, objective="central", seed=seed, options=options)
    return Cell({"bits": bits, "seed": seed, **labels}, config)


def loss_ablation(setting: Setting, *, bits: Sequence[int], seeds: Sequence[int]) -> list[Cell]:
    """Every combination of the losses that the document discusses (supplement, below S.7), at every length."""
    return [
        csq_cell(setting, length, seed, options=options, loss=name)
        for name, options in LOSSES.items()
        for length in bits
        for seed in seeds
    ]


def lambda_grid(
    setting: Setting,
    *,
    bits: int,
    seed: int,
    lambdas_quantization: Sequence[float],
    lambdas_pairwise: Sequence[float],
) -> list[Cell]:
    """The grid search behind λ1 and λ2 of S.7, at one length and one seed."""
    return [
        csq_cell(
            setting,
            bits,
            seed,
            options=L_Q | {"lambda_quantization": first, "lambda_pairwise": second},
            lambda_1=first,
            lambda_2=second,
        )
        for first in lambdas_quantization
        for second in lambdas_pairwise
    ]


def multi_label(setting: Setting, *, bits: Sequence[int], seeds: Sequence[int]) -> list[Cell]:
    """CSQ with all three losses on a multi-label set: targets are majority centroids."""
    options = LOSSES["L_C + L_Q + L_P"]
    return [csq_cell(setting, length, seed, options=options) for length in bits for seed in seeds]


def cells(parameters: Mapping[str, Any]) -> list[TrainingConfig]:
    """Every training of notebook 04, from its parameters."""
    setting = make_setting(parameters)
    grid = loss_ablation(setting, bits=parameters["bits"], seeds=parameters["seeds"])
    grid += lambda_grid(
        setting,
        bits=parameters["grid_bits"],
        seed=parameters["seeds"][0],
        lambdas_quantization=parameters["lambdas_quantization"],
        lambdas_pairwise=parameters["lambdas_pairwise"],
    )
    if parameters["multi_label_dataset"]:
        scenes = multi_label_setting(parameters)
        grid += multi_label(scenes, bits=parameters["multi_label_bits"], seeds=parameters["seeds"])
    return [cell.config for cell in grid]


def multi_label_setting(parameters: Mapping[str, Any]) -> Setting:
    """The setting of the multi-label part: its own data, all else as in the single-label part.

    Where the backbone is pre-trained on other data, both parts start from the same one.
    """
    names = {"dataset": "multi_label_dataset", "dataset_options": "multi_label_options"}
    own = {name: parameters[source] for name, source in names.items()}
    made = make_setting({**parameters, **own, "root": ""})
    if not made.pretrain_dataset:
        return made
    single = make_setting(parameters)
    return replace(made, pretrain_options=single.pretrain_options or single.dataset_options)
