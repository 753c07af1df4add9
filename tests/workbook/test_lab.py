"""JupyterLab opens on the start page, for this interpreter, for this machine, with a token."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from waiting import jupyter_server

from basics.errors import InputError
from basics.paths import project_root
from workbook.lab import lab_command, lab_environment


@pytest.fixture
def notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "00_start_here.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    monkeypatch.setenv("HASHCENTERS_NOTEBOOKS", str(folder))
    return folder


@pytest.mark.parametrize(
    "option",
    [
        "--ip=0.0.0.0",
        "--ip",
        "--i=0.0.0.0",
        "-ip=::",
        "--ServerApp.ip=0.0.0.0",
        "--LabApp.ip=0.0.0.0",
        "--NotebookApp.ip=0.0.0.0",
        "--ServerApp.sock=/tmp/x",
        "--ServerApp.allow_remote_access=True",
        "--config=x.py",
        "--LabApp.token=",
        "--IdentityProvider.token=",
        "--PasswordIdentityProvider.hashed_password=x",
        "--LabApp.IP=::",
        "--ServerApp.allow_unauthenticated_access=True",
        "--ServerApp.config_file=x",
        "--gateway-url=http://x",
        "--",
    ],
)
def test_no_option_opens_the_server_to_the_network(option: str, notebooks: Path) -> None:
    with pytest.raises(
        InputError, match=r"options that keep JupyterLab on this machine are --allow-root, .*, got '--?"
    ):
        lab_command(["--no-browser", option, "0.0.0.0"])


def test_harmless_options_are_handed_on(notebooks: Path) -> None:
    given = ["--no-browser", "--port", "8899", "--ServerApp.port=0", "--allow-root", "--LabApp.open_browser=False"]
    command = lab_command(given)
    assert [part for part in command if part in given] == given
    assert command[-2:] == ["--ServerApp.ip=127.0.0.1", "--ServerApp.allow_remote_access=False"]
    assert not any("token" in part or "password" in part for part in command)


def test_a_missing_start_page_is_said(notebooks: Path) -> None:
    (notebooks / "00_start_here.ipynb").unlink()
    with pytest.raises(InputError, match="there is no start page"):
        lab_command()


def test_the_kernel_of_this_environment_comes_first() -> None:
    found = lab_environment({"JUPYTER_PATH": "/elsewhere", "HOME": "/home"})
    assert found["JUPYTER_PATH"].split(os.pathsep) == [
        str(Path(sys.prefix) / "share" / "jupyter"),
        "/elsewhere",
    ]
    assert found["HOME"] == "/home"
    assert found["PYTHONPATH"] == str(project_root() / "lib")


@pytest.fixture
def server(notebooks: Path, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A running server, as it describes itself to its user."""
    runtime = tmp_path / "runtime"
    other = tmp_path / "home" / ".local" / "share" / "jupyter" / "kernels" / "python3"
    other.mkdir(parents=True)
    kernel = {
        "argv": ["/elsewhere/python", "{connection_file}"],
        "display_name": "Other",
        "language": "python",
    }
    (other / "kernel.json").write_text(json.dumps(kernel))
    moved = {"HOME": str(tmp_path / "home"), "JUPYTER_RUNTIME_DIR": str(runtime)}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JUPYTER_")} | moved
    command = [sys.executable, "-m", "workbook.lab", "--no-browser", "--allow-root", "--ServerApp.port=0"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield jupyter_server(process, runtime)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)


def get(server: dict[str, Any], path: str, *, token: str = "") -> Any:
    request = urllib.request.Request(f"{server['url']}{path}", headers={"Authorization": f"token {token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def put(server: dict[str, Any], path: str, content: Any) -> None:
    """Save a file as JupyterLab does."""
    headers = {"Authorization": f"token {server['token']}", "Content-Type": "application/json"}
    data = json.dumps(content).encode()
    request = urllib.request.Request(f"{server['url']}{path}", data=data, headers=headers, method="PUT")
    urllib.request.urlopen(request, timeout=60).close()


def test_a_real_server(server: dict[str, Any], notebooks: Path) -> None:
    assert server["hostname"] == "127.0.0.1"
    assert server["root_dir"] == str(notebooks)
    assert len(server["token"]) >= 32
    with pytest.raises(urllib.error.HTTPError, match="403"):
        get(server, "api/contents")
    kernels = get(server, "api/kernelspecs", token=server["token"])["kernelspecs"]
    assert kernels["python3"]["spec"]["display_name"] != "Other"
    assert kernels["python3"]["spec"]["argv"][0] in ("python", sys.executable)
    assert [entry["name"] for entry in get(server, "api/contents", token=server["token"])["content"]] == [
        "00_start_here.ipynb"
    ]
    played = json.loads((notebooks / "00_start_here.ipynb").read_text())
    outputs = [{"output_type": "stream", "name": "stdout", "text": "1"}]
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": "1", "outputs": outputs, "execution_count": 1}
    content = {"type": "notebook", "format": "json", "content": played | {"cells": [cell]}}
    put(server, "api/contents/00_start_here.ipynb", content)
    (saved,) = json.loads((notebooks / "00_start_here.ipynb").read_text())["cells"]
    assert (saved["source"], saved["outputs"], saved["execution_count"]) == (["1"], [], None)


def test_the_project_can_be_browsed_from_the_start_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HASHCENTERS_NOTEBOOKS", raising=False)
    command = lab_command()
    assert f"--ServerApp.root_dir={project_root()}" in command
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in command
