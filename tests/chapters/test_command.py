"""The command `hashcenters`: every word leads somewhere, and asking for help does nothing else."""

import socket
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from basics.errors import InputError
from basics.paths import project_root
from chapters.command import WORDS, hashcenters, main
from workbook.runner import command


def call(*words: Any) -> Any:
    return CliRunner().invoke(hashcenters, list(map(str, words)))


def test_the_project_installs_it() -> None:
    scripts = tomllib.loads((project_root() / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts == {"hashcenters": "chapters.command:main"}


def test_help_names_every_word() -> None:
    shown = call("--help").output
    assert [word for word in WORDS if f"\n  {word} " not in shown] == []
    assert "No such command 'x'" in call("x").output


def test_no_word_gets_the_help(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shown = []
    for words in ([], ["--help"]):
        monkeypatch.setattr("sys.argv", ["hashcenters", *words])
        with pytest.raises(SystemExit) as stopped:
            main()
        assert not stopped.value.code
        shown.append(capsys.readouterr())
    assert shown[0] == shown[1]
    assert shown[0].out.startswith("Usage: ") and not shown[0].err


def test_publish_says_what_it_looks_at() -> None:
    said = " ".join(call("publish", "--help").output.split())
    assert "Refused where a notebook that was run here is not fresh" in said
    assert "Notebooks that were not run here are not looked at" in said


@pytest.mark.parametrize("word", WORDS)
def test_help_opens_no_connection_and_writes_nothing(
    word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("HASHCENTERS_DATA", str(tmp_path / "data"))
    result = call(word, "--help")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("Usage: ")
    assert [path.name for path in tmp_path.iterdir()] == []


def test_words_pass_their_options_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def note(request: Any) -> None:
        asked.append(request)
        raise InputError("enough")

    monkeypatch.setattr(command, "make_plan", note)
    for words in (("run", "--only", "03", "--jobs", "2"), ("list",), ("estimate", "--profile", "paper")):
        assert isinstance(call(*words).exception, InputError)
    assert [(request.profile, request.only, request.jobs, request.force) for request in asked] == [
        ("embedded", "03", 2, False),
        ("embedded", None, None, False),
        ("paper", None, None, False),
    ]


@pytest.mark.parametrize(("word", "option"), [("list", "--publish"), ("verify", "--only"), ("estimate", "--timeout")])
def test_words_refuse_options_without_meaning(word: str, option: str) -> None:
    result = call(word, option)
    assert result.exit_code != 0 and not isinstance(result.exception, InputError | click.Abort)
    assert "No such option" in result.output
