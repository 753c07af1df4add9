"""What a trained network makes of its training split, which a finished training keeps as codes only."""

import numpy as np
import torch
from jaxtyping import Float

from hashcenters.training.loop import Batches, encode
from hashcenters.training.run import Run


def of_training_split(run: Run, *, features: bool = False) -> Float[np.ndarray, "n width"]:
    """The outputs of a trained network for the samples that it learned from, or its backbone's features."""
    network, data = run.trained()
    device = torch.device(run.config.device if torch.cuda.is_available() else "cpu")
    return encode(network.to(device), Batches(data.train, device), network.features if features else None)
