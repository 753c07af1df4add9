"""CSQ on video: the multi-fiber network, both forms of L_Q, five draws of centers, the authors' codes (section 3.3)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch.utils.flop_counter import FlopCounterMode

from hashcenters.datasets.registry import find_entry
from hashcenters.datasets.splits import HashingData
from hashcenters.errors import InputError
from hashcenters.experiments import csq
from hashcenters.experiments.center_learning import data_across, draw_row, draws
from hashcenters.experiments.csq import LAMBDA_QUANTIZATION, SQUARED, TEXT, Cell, csq_cell
from hashcenters.experiments.setting import Setting, make_setting
from hashcenters.losses.central import central_loss
from hashcenters.losses.quantization import quantization_loss
from hashcenters.models.backbones import backbone_kind
from hashcenters.models.mfnet import MFNet
from hashcenters.results import read_table
from hashcenters.training.config import TrainingConfig
from hashcenters.training.run import Run

PUBLISHED_CLIP = (3, 16, 224, 224)
LOSSES = {name: csq.LOSSES[name] for name in (SQUARED, TEXT)}


def training_cells(
    setting: Setting, *, bits: int, seeds: Sequence[int], form_seeds: Sequence[int]
) -> list[Cell]:
    """Trainings with the squared L_Q at every seed, and with the text's form at some of them."""
    wanted = {SQUARED: seeds, TEXT: form_seeds}
    return [
        csq_cell(setting, bits, seed, options=LOSSES[loss], loss=loss)
        for loss, chosen in wanted.items()
        for seed in chosen
    ]


def draw_cells(setting: Setting, *, bits: int, seed: int) -> list[Cell]:
    """Five draws of centers with the squared L_Q; the draw with the number of the seed is a training from above."""
    return draws(setting, bits=bits, seed=seed, options=LOSSES[SQUARED])


def cells(parameters: Mapping[str, Any]) -> list[TrainingConfig]:
    """Every training of notebook 06, from its parameters."""
    setting, bits, seeds = make_setting(parameters), parameters["bits"], parameters["seeds"]
    grid = training_cells(setting, bits=bits, seeds=seeds, form_seeds=parameters["form_seeds"])
    return [cell.config for cell in grid + draw_cells(setting, bits=bits, seed=seeds[0])]


def clip_shape(data: HashingData) -> tuple[int, ...]:
    """Channels, frames, height and width of a data set's clips."""
    return data.train.inputs.batch(np.arange(1)).shape[1:]


def video_network(backbone: str, channels: int) -> MFNet:
    """The layers of a video backbone without memory for their weights, to be measured.

    Raises:
        InputError: the backbone is not a multi-fiber network.
    """
    with torch.device("meta"):
        layers = backbone_kind(backbone).build(channels).layers
    if not isinstance(layers, MFNet):
        raise InputError(f"videos need a multi-fiber network (mfnet or mfnet-narrow), got {backbone}")
    return layers


def stage_table(network: MFNet, clip: Sequence[int]) -> pd.DataFrame:
    """The stages of a network: units, output for one clip, parameters, multiplications (each with its addition).

    Args:
        network: from `video_network`.
        clip: channels, frames, height, width.

    Returns:
        Columns stage, units, output, parameters, multiply_adds.
    """
    parts = {"stem": network.stem}
    parts |= {f"stage {number}": stage for number, stage in enumerate(network.stages, start=1)}
    values, rows = torch.empty(1, *clip, device="meta"), []
    for name, layers in (parts | {"mean over positions": network.tail}).items():
        with FlopCounterMode(display=False) as counter:
            values = layers(values)
        rows.append(
            {
                "stage": name,
                "units": len(layers) if name.startswith("stage") else 1,
                "output": " × ".join(map(str, values.shape[1:])),
                "parameters": sum(parameter.numel() for parameter in layers.parameters()),
                "multiply_adds": counter.get_total_flops() // 2,
            }
        )
    return pd.DataFrame(rows)


def network_table(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Stages of several networks below each other, each with its sum; multiply-adds in millions."""
    parts = []
    for name, table in tables.items():
        total = {"stage": "all", "output": "", **table[["units", "parameters", "multiply_adds"]].sum()}
        whole = pd.concat([table, pd.DataFrame([total])], ignore_index=True)
        whole["million multiply-adds"] = whole.pop("multiply_adds") / 1e6
        whole.insert(0, "network", name)
        parts.append(whole)
    return pd.concat(parts, ignore_index=True)


def bit_losses(bits: int, *, points: int = 199) -> pd.DataFrame:
    """What one bit adds to the loss when its center is +1, over its output y, with either form of L_Q.

    L_C and the squared form are means over the bits, the text's form is a sum; all are multiplied by the number of
    bits here.

    Returns:
        Columns output (−1 to 1), loss (a bit), loss_name.
    """
    outputs = torch.linspace(-0.999, 0.999, points, dtype=torch.float64)
    frames = []
    for name, options in LOSSES.items():
        form = str(options["quantization_form"])
        scale = bits if form == "log-cosh" else 1
        values = [
            central_loss(y, torch.ones_like(y))
            + scale * LAMBDA_QUANTIZATION * quantization_loss(y, form=form)
            for y in outputs[:, None, None]
        ]
        frames.append(pd.DataFrame({"output": outputs, "loss": torch.stack(values), "loss_name": name}))
    return pd.concat(frames, ignore_index=True)


def seconds_table(cells: Sequence[Cell], runs: Sequence[Run], pretrained: Run | None) -> pd.DataFrame:
    """Columns training and seconds: the classification where there was one, and the hash trainings."""
    rows = [("classification", pretrained.seconds())] if pretrained else []
    rows += [
        (f"{cell.labels['loss']}, seed {cell.labels['seed']}", run.seconds())
        for cell, run in zip(cells, runs, strict=True)
    ]
    return pd.DataFrame(rows, columns=["training", "seconds"])


def own_row(scores: pd.DataFrame, data: HashingData) -> pd.DataFrame:
    """The video row of Table 1 from the scores of the five draws, with the columns of notebook 05."""
    return pd.DataFrame([{**draw_row("video", scores), "dataset": data.name, "protocol": data.protocol}])


def complete_table(own: pd.DataFrame, *, profile: str) -> pd.DataFrame:
    """The columns of Table 1 of notebook 05, where it has run, and the video column."""
    video = data_across(own).set_index("quantity")
    try:
        others = [read_table("05-five-draws", profile=profile).astype(str).set_index("quantity")]
    except InputError:
        others = []
    return pd.concat([*others, video], axis=1).reset_index()


def reader_steps() -> pd.DataFrame:
    """What brings the real video sets: columns data set, size and step."""
    entries = [find_entry(name) for name in ("ucf101", "hmdb51")]
    rows = [(entry.title, entry.size, need["get"]) for entry in entries for need in entry.needs]
    return pd.DataFrame(rows, columns=["data set", "size", "step"])
