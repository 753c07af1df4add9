"""A training's settings: what documents and released code say, and what an optimiser built here really has."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from basics.yaml import read_yaml
from chapters.shared.comparisons import Verdict
from chapters.shared.readings import joined
from chapters.shared.setting import Setting, csq_training
from hashcenters.training.config import Recipe
from hashcenters.training.loop import make_optimiser
from hashcenters.training.run import build_network, build_objective


def implementation_facts(setting: Setting, of: str, *, recipe: Recipe, options: Mapping[str, Any]) -> pd.DataFrame:
    """The document's settings, those of the released code, and what the training built here really has.

    Args:
        setting: data, backbone and pre-training.
        of: "images" (section 3.2) or "videos" (3.3).
        recipe: built from the document's text.
        options: of the central objective.

    Returns:
        Columns setting, document, released code, here.
    """
    documented = read_yaml(Path(__file__).with_name("implementation.yaml"))[of]
    ours = built_settings(replace(setting, recipe=recipe), options)
    return pd.DataFrame({"setting": name, **said, "here": ours[name]} for name, said in documented.items())


def built_settings(setting: Setting, options: Mapping[str, Any]) -> dict[str, str]:
    """What network, objective and optimiser built from a setting have, read off the objects themselves."""
    config = csq_training(setting, 16, 0, options=options).config
    network = build_network(config)
    objective = build_objective(config, network)
    optimiser = make_optimiser(network, objective, config.recipe)
    backbone, head = optimiser.param_groups
    linear = sum(type(layer).__name__ == "Linear" for layer in network.hash_layer.modules())
    return {
        "pre-training": config.backbone_from.objective if config.backbone_from else _pretraining(config.weights),
        "optimiser": _optimiser_text(optimiser),
        "batch size": str(config.recipe.batch_size),
        "learning rate of the convolution layers": _rate(backbone["lr"]),
        "factor of the hash layer": f"{head['lr'] / backbone['lr']:.0f}",
        "weight decay": _rate(backbone["weight_decay"]) if backbone["weight_decay"] else "none",
        "fully-connected layers of the hash layer": str(linear),
        "weight of L_Q": f"{objective.lambda_quantization:g} (λ1)",
        "weight of L_P": f"{objective.lambda_pairwise:g} (λ2)",
        "quantization loss": "L_Q" if objective.lambda_quantization else "none",
    }


def _pretraining(weights: str) -> str:
    """What a backbone from a file or from torchvision has learned."""
    return "classification" if weights == "imagenet" else weights


def _optimiser_text(optimiser: torch.optim.Optimizer) -> str:
    """Its class, and its momentum where it has one."""
    group = optimiser.param_groups[0]
    momentum = f", momentum {group['momentum']:g}" if group.get("momentum") else ""
    return type(optimiser).__name__ + momentum + ", Nesterov" * bool(group.get("nesterov"))


def _rate(value: float) -> str:
    """A small number as the documents print it.

    >>> _rate(5e-4)
    '5e-4'
    """
    return f"{value:.0e}".replace("e-0", "e-")


def judge_implementation(facts: pd.DataFrame) -> Verdict:
    """Where the released code leaves the document, which is a finding, and whether the recipe here keeps to it.

    Released defaults do not contradict what was run for a paper; where they agree with the text in every row there
    is nothing to find.
    """
    differing = facts.loc[facts["document"] != facts["released code"], "setting"].tolist()
    kept = (facts["document"] == facts["here"]).all()
    return {
        "verdict": "finding" if differing else "inconclusive",
        "observed": f"the released code differs in {len(differing)} of {len(facts)} settings: {', '.join(differing)}",
        "evidence": "settings of the released files and commands beside those of the text; a training here from the "
        f"text's recipe {'follows it in every row' if kept else 'differs from it'}",
    }


def settings_reading(facts: pd.DataFrame) -> str:
    """In how many settings the released code and the training built here leave the document.

    Args:
        facts: from `implementation_facts`.
    """
    released = facts.loc[facts["document"] != facts["released code"], "setting"].tolist()
    named = f" ({joined(released)})" if released else ""
    return (
        f"The released code differs from the document in {len(released)} of {len(facts)} settings{named}, the training "
        f"built here in {(facts['document'] != facts['here']).sum()}."
    )
