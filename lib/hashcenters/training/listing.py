"""Finished trainings side by side: what is the same in all is left out, what tells them apart is shown."""

import hashlib

import numpy as np

from hashcenters.codes import pairwise_distances
from hashcenters.training.config import TrainingConfig
from hashcenters.training.run import Run
from hashcenters.training.stored import query_map, stored_runs

KEY_LENGTH = 10
SHORT = {"lambda_quantization": "λ1", "lambda_pairwise": "λ2", "quantization_form": "L_Q"}


def described(profile: str) -> tuple[list[tuple[str, ...]], list[str]]:
    """A heading, and a row a finished training: the beginning of its key, its score, and what tells it apart.

    Beside these, a line for each whose configuration cannot be read.

    Args:
        profile: whose trainings.
    """
    found, unreadable = stored_runs(profile)
    facts = [facts_of(run.config) for run in found]
    names = dict.fromkeys(name for own in facts for name in own)
    kinds = [[own for own in facts if (not own["centers"]) is classifies] for classifies in (True, False)]
    telling = [name for name in names if any(len({own.get(name, "") for own in kind}) > 1 for kind in kinds)]
    telling = [name for name in names if name in ("bits", "loss", *telling)]
    rows = [("key", "mAP", *telling)]
    for run, own in zip(found, facts, strict=True):
        rows.append((run.folder.name[:KEY_LENGTH], score(run), *(own.get(name, "") for name in telling)))
    return rows, unreadable


def score(run: Run) -> str:
    """The mAP of a hash training's queries, or the accuracy of a classifier on the validation split, as text."""
    if run.config.centers is None:
        return f"accuracy {run.history()['accuracy'].iloc[-1]:.3f}"
    found = query_map(run)
    return "no data" if found is None else f"{found:.4f}"


def facts_of(config: TrainingConfig) -> dict[str, str]:
    """What a training is, as texts by name; its loss has the options in its column, its centers their distance."""
    plain = ("dataset", "backbone", "head", "bits", "weights", "device")
    recipe = {f"recipe {name}": value for name, value in vars(config.recipe).items()}
    options = {name: value for name, value in config.dataset_options.items() if name != "root"}
    return {
        **{name: str(getattr(config, name)) for name in plain},
        **{name: str(value) for name, value in options.items()},
        "loss": " ".join([config.objective, *(f"{SHORT.get(k, k)}={v}" for k, v in config.objective_options.items())]),
        "centers": _centers(config.center_array()),
        **{name: str(value) for name, value in recipe.items()},
        "start": "" if config.backbone_from is None else f"{config.backbone_from.objective} training",
        "seed": str(config.seed),
    }


def _centers(centers: np.ndarray | None) -> str:
    """Centers in a few letters: their smallest distance, and a digest that tells draws apart."""
    if centers is None:
        return ""
    digest = hashlib.sha256(centers.tobytes()).hexdigest()[:4]
    apart = int(pairwise_distances(centers).min()) if len(centers) > 1 else 0
    return f"{digest}, {apart} apart"
