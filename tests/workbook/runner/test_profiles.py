"""Profiles and `--set`: which values reach which notebook, and what is refused."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from basics.errors import InputError
from workbook.runner import manifest
from workbook.runner.graph import discover
from workbook.runner.plan import Request
from workbook.runner.profiles import Setting, effective, load_profile, parse_setting, resolve


@pytest.fixture
def book(workbook: Any) -> Any:
    workbook.write("01_a", parameters='profile: str = "x"\nbits: list = [16]\nrate: float = 0.1')
    workbook.write("02_b", parameters="bits: list = [32]\njobs: int = 1")
    workbook.profile("{01_a: {rate: 1e-5}}")
    return workbook


def values(book: Any, *settings: str, **options: Any) -> dict[str, dict[str, Any]]:
    notebooks = discover(book.folder / "notebooks")
    profile = load_profile("embedded", book.folder / "profiles")
    return resolve(notebooks, profile, settings=[parse_setting(text) for text in settings], **options)


def test_profile_overrides_defaults(book: Any) -> None:
    given = values(book)
    assert given == {"01_a": {"profile": "embedded", "rate": 1e-5}, "02_b": {}}
    first = discover(book.folder / "notebooks")["01_a"]
    assert effective(first, given["01_a"]) == {"profile": "embedded", "bits": [16], "rate": 1e-5}


def test_set_overrides_the_profile(book: Any) -> None:
    given = values(book, "rate=2", "02.bits=[8, 4]")
    assert given["01_a"]["rate"] == 2.0
    assert given["02_b"]["bits"] == [8, 4]


def test_set_without_notebook_reaches_all_that_have_the_key(book: Any) -> None:
    given = values(book, "bits=[1]")
    assert given["01_a"]["bits"] == given["02_b"]["bits"] == [1]
    given = values(book, "bits=[1]", selected=["02_b"])
    assert "bits" not in given["01_a"]


def test_options_reach_notebooks_that_declare_them(book: Any) -> None:
    given = values(book, options={"jobs": 4, "device": "cpu"})
    assert given["02_b"] == {"jobs": 4}
    book.profile("{02_b: {jobs: 2}}")
    assert values(book)["02_b"] == {"jobs": 2}
    assert values(book, options={"jobs": 4})["02_b"] == {"jobs": 4}
    assert values(book, "jobs=5", options={"jobs": 4})["02_b"] == {"jobs": 5}
    assert set(given["01_a"]) == {"profile", "rate"}


@pytest.mark.parametrize(
    ("settings", "selected", "message"),
    [
        (["bit=[1]"], None, "no notebook that is to run has a parameter 'bit'"),
        (["01.bit=[1]"], None, "01_a: there is no parameter 'bit'; there are bits, rate"),
        (["07.bits=[1]"], None, "there is no notebook '07'"),
        (["02.bits=[1]"], ["01_a"], "02_b is not among the notebooks that are to run"),
        (["bits=many"], None, "bits must be list of int, such as"),
        (["bits="], None, "bits must be list of int, such as"),
        (["01.profile=paper"], None, "profile is chosen with --profile only"),
        (["bits"], None, r"--set takes \[NB.\]KEY=VALUE, got 'bits'"),
        (["=3"], None, "--set takes"),
        (["bits=[1"], None, r"--set bits=\[1, 01_a is not YAML"),
    ],
)
def test_refuses_settings(book: Any, settings: list[str], selected: list[str] | None, message: str) -> None:
    with pytest.raises(InputError, match=message):
        values(book, *settings, selected=selected)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ("{07_x: {}}", "profile embedded: there is no notebook '07_x'"),
        ("{01_a: {bit: 3}}", "profile embedded, 01_a: there is no parameter 'bit'"),
        ("{01_a: {bits: many}}", "profile embedded, 01_a: bits must be list of int"),
        ("{01_a: {profile: paper}}", "profile is chosen with --profile only"),
        ("{01_a: 3}", r"profile embedded, notebooks\[\.\.\.\] must be mapping, got int"),
        ("[1]", r"profile embedded, notebooks must be mapping, got \[1\]"),
        ("{01_a: {rate: 1, rate: 2}}", "profile embedded is not YAML: 'rate' is given twice"),
        ("{}\nmore: 1", "profile embedded has no 'more'; there are name, title, notebooks, extends, front, parts"),
        ("{}: 1", "is not YAML"),
        ("{01_a: {<<: 3}}", "profile embedded, 01_a, << must be mapping, got 3"),
        ("{01_a: {<<: {bit: 3}}}", "profile embedded, 01_a: there is no parameter 'bit'"),
        ("{01_a: {<<: {<<: {rate: 1}}}}", "profile embedded, 01_a: there is no parameter '<<'"),
        ("{}\nextends: nothing", "there is no profile 'nothing'; there are embedded"),
        ("{}\nextends: embedded", "profile embedded extends embedded, which extends another"),
        ("{}\nfront: nonsense", "profile embedded, front, must be one of embedded, got 'nonsense'"),
        ("{}\nfront: ../embedded", "profile embedded, front, must be one of embedded"),
        ("{}\nfront: 3", r"front must be str \| None, got 3"),
        ("{}\nparts: [embedded]", r"parts must be mapping, got \['embedded'\]"),
        ("{}\nparts: {embedded: 4}", r"parts\[\.\.\.\] must be str, got int"),
    ],
)
def test_refuses_profiles(book: Any, entries: str, message: str) -> None:
    book.profile(entries)
    with pytest.raises(InputError, match=message):
        values(book)


def test_refuses_unknown_and_renamed_profiles(book: Any) -> None:
    folder = book.folder / "profiles"
    with pytest.raises(InputError, match="there is no profile 'paper'; there are embedded"):
        load_profile("paper", folder)
    (folder / "embedded.yaml").rename(folder / "paper.yaml")
    with pytest.raises(InputError, match="must be named like its file, got 'embedded'"):
        load_profile("paper", folder)


def test_a_profile_extends_another(book: Any) -> None:
    folder = book.folder / "profiles"
    (folder / "more.yaml").write_text(
        "name: more\ntitle: more\nextends: embedded\nnotebooks: {01_a: {bits: [8]}, 02_b: {jobs: 3}}\n"
    )
    more = load_profile("more", folder)
    assert more.notebooks == {"01_a": {"rate": 1e-5, "bits": [8]}, "02_b": {"jobs": 3}}
    assert more.parts == {}
    assert load_profile("embedded", folder).notebooks == {"01_a": {"rate": 1e-5}}


def test_notebooks_share_values(book: Any) -> None:
    book.profile("{01_a: {<<: &all {bits: [8]}, rate: 2.0}, 02_b: {bits: [4], <<: *all, jobs: 3}}")
    given = values(book)
    assert given["01_a"] == {"profile": "embedded", "bits": [8], "rate": 2.0}
    assert given["02_b"] == {"bits": [4], "jobs": 3}


@pytest.mark.parametrize("text", ["/x/pics #2", "my: pics", "trail ", "[1]", "on", ""])
def test_a_text_is_taken_as_it_is(workbook: Any, text: str) -> None:
    workbook.write("01_a", parameters='root: str = "x"')
    assert values(workbook, f"root={text}")["01_a"] == {"root": text}


def test_refuses_profiles_that_are_not_utf8(book: Any) -> None:
    path = book.folder / "profiles" / "embedded.yaml"
    path.write_bytes(path.read_bytes() + "# café".encode("latin-1"))
    with pytest.raises(InputError, match=r"embedded\.yaml: must be UTF-8 text, got byte 0xe9"):
        values(book)


def test_reads_settings() -> None:
    assert parse_setting("04_training.bits=[16]") == Setting("04_training.bits=[16]", "04_training", "bits", "[16]")
    assert parse_setting("options=[a=b.c]").value == "[a=b.c]"
    assert parse_setting("04.root=") == Setting("04.root=", "04", "root", "")


@pytest.mark.parametrize(
    ("wanted", "cards", "finds", "expected"),
    [
        ("auto", [], True, "cpu"),
        ("auto", ["H100"], True, "cuda"),
        ("auto", ["H100"], False, "cpu"),
        ("cpu", ["H100"], True, "cpu"),
        ("cuda", [], False, "cuda"),
    ],
)
def test_chooses_a_device(
    wanted: str, cards: list[str], finds: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: finds))
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setattr(manifest, "graphics_cards", lambda: cards)
    assert Request(device=wanted).options() == {"device": expected}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"only": "01", "start": "02"}, "--only and --from exclude each other"),
        ({"jobs": 0}, "--jobs must be 1 or more, got 0"),
        ({"device": "tpu"}, "--device must be one of auto, cpu, cuda, got 'tpu'"),
        ({"timeout": 0.0}, "--timeout must be more than 0 and at most .* seconds, got 0"),
        ({"timeout": float("nan")}, "--timeout must be .* got nan"),
        ({"timeout": float("inf")}, "--timeout must be .* got inf"),
    ],
)
def test_refuses_requests(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Request(**options)
