"""Chapter 06, CSQ on video: the multi-fiber network, both forms of L_Q (section 3.3)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from torch.utils.flop_counter import FlopCounterMode

from basics.errors import InputError
from chapters.shared.draws import data_across
from chapters.shared.readings import joined
from hashcenters.datasets.registry import find_entry
from hashcenters.datasets.splits import HashingData
from hashcenters.losses.central import central_loss
from hashcenters.losses.quantization import quantization_loss
from hashcenters.models.factory import find_backbone
from hashcenters.models.mfnet import MFNet
from hashcenters.training.run import Run
from workbook import style
from workbook.results import read_table
from workbook.run_table import COPIED, DERIVED

PUBLISHED_CLIP = (3, 16, 224, 224)
FIVE_DRAWS = "05-five-draws"


def clip_shape(data: HashingData) -> tuple[int, ...]:
    """Channels, frames, height and width of a data set's clips."""
    return data.train.inputs.batch(np.arange(1)).shape[1:]


def video_network(backbone: str, channels: int) -> MFNet:
    """The layers of a video backbone without memory for their weights, to be measured.

    Raises:
        InputError: the backbone is not a multi-fiber network.
    """
    with torch.device("meta"):
        layers = find_backbone(backbone)(channels).layers
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
    stages = {f"stage {number}": stage for number, stage in enumerate(network.stages, start=1)}
    values, rows = torch.empty(1, *clip, device="meta"), []
    for name, layers in {"stem": network.stem, **stages, "mean over positions": network.tail}.items():
        with FlopCounterMode(display=False) as counter:
            values = layers(values)
        units, output = len(layers) if name in stages else 1, " × ".join(map(str, values.shape[1:]))
        parameters = sum(parameter.numel() for parameter in layers.parameters())
        rows.append((name, units, output, parameters, counter.get_total_flops() // 2))
    return pd.DataFrame(rows, columns=["stage", "units", "output", "parameters", "multiply_adds"])


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


def bit_losses(forms: Mapping[str, str], *, bits: int, weight: float) -> pd.DataFrame:
    """What one bit adds to the loss when its center is +1, over its output y, with either form of L_Q.

    L_C and the squared form are means over the bits, the text's form is a sum; all are multiplied by the number of
    bits here.

    Args:
        forms: the form of L_Q by the name of the loss.
        bits: length of the codes.
        weight: λ1.

    Returns:
        Columns output (−1 to 1), loss (a bit), loss_name.
    """
    outputs = torch.linspace(-0.999, 0.999, 199, dtype=torch.float64)
    single = outputs[:, None, None]
    pulled = torch.stack([central_loss(y, torch.ones_like(y)) for y in single])
    frames = []
    for name, form in forms.items():
        pushed = torch.stack([quantization_loss(y, form=form) for y in single])
        loss = pulled + (bits if form == "log-cosh" else 1) * weight * pushed
        frames.append(pd.DataFrame({"output": outputs, "loss": loss, "loss_name": name}))
    return pd.concat(frames, ignore_index=True)


def seconds_table(runs: pd.DataFrame, starts: Sequence[Run]) -> pd.DataFrame:
    """Columns training and seconds: the classification where there was one, and the hash trainings."""
    rows = [("classification", start.seconds()) for start in starts]
    rows += [(f"{one.loss}, seed {one.seed}", one.run.seconds()) for one in runs.itertuples()]
    return pd.DataFrame(rows, columns=["training", "seconds"])


def complete_table(own: pd.DataFrame, *, profile: str) -> pd.DataFrame:
    """The columns of Table 1 of notebook 05, where it has run, and the video column."""
    video = data_across(own)
    try:
        others = read_table(FIVE_DRAWS, profile=profile).astype(str)
    except InputError:
        return video
    complete = pd.concat([part.set_index("quantity") for part in (others, video)], axis=1).reset_index()
    complete.attrs = {DERIVED: video.attrs[DERIVED] | {COPIED: FIVE_DRAWS}}
    return complete


def reader_steps() -> pd.DataFrame:
    """What brings the real video sets: columns data set, size and step."""
    entries = [find_entry(name) for name in ("ucf101", "hmdb51")]
    rows = [(entry.title, entry.size, need.get) for entry in entries for need in entry.needs]
    return pd.DataFrame(rows, columns=["data set", "size", "step"])


def minima_reading(losses: pd.DataFrame) -> str:
    """Where each form's loss of one bit has its minima, for a center of +1.

    Args:
        losses: from `bit_losses`.
    """
    parts = []
    for name, part in losses.groupby("loss_name", sort=False):
        values = part["loss"].to_numpy()
        inner = np.flatnonzero((values[1:-1] < values[:-2]) & (values[1:-1] < values[2:])) + 1
        minima = [f"{part['output'].iloc[place]:+.2f}" for place in inner]
        ends = ["+1"] if values[-1] < values[-2] else []
        parts.append(f"{joined([*minima, *ends])} ({name})")
    return f"For a center of +1 the loss of a bit has its minima at {joined(parts)}."


@style.look()
def clip_strips(frame: pd.DataFrame, clips: Sequence[np.ndarray]) -> Figure:
    """Clips as rows of numbered frames, with the class in front of each.

    Args:
        frame: column `name`, one row a clip.
        clips: for each, its frames as (frames, height, width) grey or (frames, height, width, 3) colour values.
    """
    columns = len(clips[0])
    height = 6.4 / columns * len(clips) + 0.25
    drawn, axes = style.figure(columns=2, height=height, grid=(len(clips), columns), squeeze=False)
    for row, (name, clip) in enumerate(zip(frame["name"], clips, strict=True)):
        for place, (axis, still) in enumerate(zip(axes[row], clip, strict=True)):
            axis.imshow(still, cmap="gray")
            style.bare(axis)
            if row == 0:
                axis.set_title(f"{1 + place}", fontsize=7, fontweight="normal", loc="center")
        axes[row][0].set_ylabel(name, size=7, rotation=0, ha="right", va="center")
    drawn.get_layout_engine().set(w_pad=0.01, h_pad=0.01)
    return drawn


@style.look()
def bit_loss_curves(frame: pd.DataFrame) -> Figure:
    """The loss of one bit whose center is +1 over its output, a line a loss.

    Args:
        frame: columns `output` (−1 to 1), `loss` (a bit), `loss_name`.
    """
    drawn, ((axis,),) = style.panels(frame, x="output", y="loss", lines="loss_name", height=2.6)
    axis.axvspan(-1, 0, color="#EEEEEE", zorder=0)
    axis.set(xlabel="output y of a bit with center +1 (grey: wrong sign)", ylabel="loss of the bit")
    axis.set(xlim=(-1, 1), ylim=(0, None))
    return drawn
