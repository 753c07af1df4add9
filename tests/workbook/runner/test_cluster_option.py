"""`--cluster` and Ray's own variable: handed to the kernels, or one line and nothing run."""

import os
from typing import Any

import pytest

from workbook.runner.plan import Request, make_plan

DEAD = "127.0.0.1:1"  # a port that only the system may listen on


@pytest.mark.parametrize(("arguments", "variables"), [(["--cluster", DEAD], {}), ([], {"RAY_ADDRESS": DEAD})])
def test_a_cluster_that_does_not_answer_is_one_line(
    arguments: list[str], variables: dict[str, str], workbook: Any
) -> None:
    workbook.write("01_note", "print('ran')")
    output = workbook.run(*arguments, code=2, env=workbook.environment() | variables | {"RAY_AUTH_MODE": "token"})
    assert output.splitlines() == [f"error: no Ray cluster answers at {DEAD}: Connection refused"]
    assert not workbook.results.exists()


@pytest.mark.parametrize("mode", ["", "disabled"])
def test_a_cluster_that_lets_everybody_in_is_refused_unless_asked_for(mode: str, workbook: Any) -> None:
    workbook.write("01_note", "print('ran')")
    environment = workbook.environment() | {"RAY_AUTH_MODE": mode}
    (line,) = workbook.run("--cluster", DEAD, code=2, env=environment).splitlines()
    assert line.startswith("error: whoever reaches a Ray cluster without token authentication runs code as you;")
    assert not workbook.results.exists()
    (line,) = workbook.run("--cluster", DEAD, "--open-cluster", code=2, env=environment).splitlines()
    assert line.startswith(f"error: no Ray cluster answers at {DEAD}")
    environment |= {"HASHCENTERS_OPEN_CLUSTER": "1"}
    assert "no Ray cluster answers" in workbook.run("--cluster", DEAD, code=2, env=environment)


def test_what_only_looks_asks_no_cluster(workbook: Any) -> None:
    workbook.write("01_note", "print('ran')")
    assert "01_note" in workbook.run("--cluster", DEAD, "--list")


@pytest.mark.parametrize(("cluster", "expected"), [("head:6379", "head:6379"), (None, "")])
def test_the_kernels_get_the_address(
    cluster: str | None, expected: str, workbook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    workbook.write("01_note", "print('ran')")
    for name in ("NOTEBOOKS", "PROFILES"):
        monkeypatch.setenv(f"HASHCENTERS_{name}", str(workbook.folder / name.lower()))
    plan = make_plan(Request(cluster=cluster))
    assert plan.environment()["HASHCENTERS_CLUSTER"] == expected
    assert "HASHCENTERS_CLUSTER" not in os.environ
