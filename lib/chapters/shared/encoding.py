"""What a network makes of pictures, trained or before it is: a finished training keeps codes only."""

import numpy as np
import torch
from jaxtyping import Float

from hashcenters.training.loop import Batches, encode
from hashcenters.training.run import Run, run_key, trained_part


def after_training(run: Run, part: str, *, features: bool = False) -> Float[np.ndarray, "n width"]:
    """The outputs of a trained network for a part of the data, or its backbone's features."""
    network, data = run.trained()
    device = torch.device(run.config.device if torch.cuda.is_available() else "cpu")
    return encode(network.to(device), Batches(getattr(data, part), device), network.features if features else None)


def of_training_split(run: Run, *, features: bool = False) -> Float[np.ndarray, "n width"]:
    """The same for the samples that it learned from."""
    return after_training(run, "train", features=features)


def before_training(run: Run, part: str) -> Float[np.ndarray, "n width"]:
    """The features of a part of the data that the network of a training gives before its first step."""
    start = run.config.backbone_from
    network, data = trained_part(run.config, start and run.folder.parent / run_key(start))
    device = torch.device(run.config.device if torch.cuda.is_available() else "cpu")
    return encode(network.to(device), Batches(getattr(data, part), device), network.features)
