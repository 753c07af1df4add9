"""Opens JupyterLab on the start page: `python -m workbook.lab [options of jupyter lab]`."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from basics.errors import InputError, one_line_errors, shown
from basics.paths import notebooks_root, project_root
from basics.source import lib_root

START_PAGE = "00_start_here.ipynb"
# what is taken of the options of `jupyter lab`; others can open an address, take the token away, or load code that does
TAKEN = frozenset(
    {"allow_root", "app_dir", "browser", "core_mode", "debug", "dev_mode", "expose_app_in_browser", "help", "help_all"}
    | {"log_level", "no_browser", "open_browser", "port", "port_retries", "quit_button", "show_config", "version"}
)


def check_options(arguments: Sequence[str]) -> None:
    """Check that options are among those that leave the server on the loopback address, behind its token.

    Args:
        arguments: `--name`, `--name=value`, `--Class.name=value`, and values of their own.

    Raises:
        InputError: names the one that is not.
    """
    for argument in arguments:
        name = argument.partition("=")[0]
        if name.startswith("-") and name.rpartition(".")[2].lstrip("-").replace("-", "_").lower() not in TAKEN:
            known = ", ".join(f"--{option.replace('_', '-')}" for option in sorted(TAKEN))
            raise InputError(f"options that keep JupyterLab on this machine are {known}, got {shown(name)}")


def lab_command(arguments: Sequence[str] = ()) -> list[str]:
    """The command that starts JupyterLab of this interpreter on the loopback address.

    No option opens the server to the network (see `check_options`), and the address comes last. The token, without
    which nobody can use the server, stays as Jupyter makes it.

    Args:
        arguments: further options of `jupyter lab`.

    Raises:
        InputError: the start page is missing, or an option is none that is taken.
    """
    check_options(arguments)
    page = notebooks_root().absolute() / START_PAGE
    if not page.is_file():
        raise InputError(f"there is no start page {page}")
    # the project, whose results, report and library are to be opened, too
    root = project_root() if page.is_relative_to(project_root()) else page.parent
    return [
        *(sys.executable, "-m", "jupyterlab"),
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{page.relative_to(root).as_posix()}",
        "--FileContentsManager.pre_save_hook=workbook.saving.without_outputs",
        *arguments,
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.allow_remote_access=False",
    ]


def lab_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Variables that make `python3` this interpreter's kernel, whatever kernels the user has installed.

    Kernels find the project's packages wherever a notebook lies, installed or not.
    """
    usual = {"PATH": os.defpath, **environment, "JUPYTER_PREFER_ENV_PATH": "1"}
    jupyter, programs = Path(sys.prefix) / "share" / "jupyter", Path(sys.executable).parent
    for name, first in {"JUPYTER_PATH": jupyter, "PATH": programs, "PYTHONPATH": lib_root()}.items():
        usual[name] = os.pathsep.join(filter(None, [str(first), usual.get(name)]))
    return usual


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS OF jupyter lab]")
def lab(options: tuple[str, ...]) -> None:
    """Open JupyterLab on the start page, with its token, on this machine only."""
    with one_line_errors():
        command = lab_command(options)
    os.execve(command[0], command, lab_environment(os.environ))


def main() -> None:
    """Replace this process by JupyterLab."""
    lab.callback(tuple(sys.argv[1:]))


if __name__ == "__main__":
    main()
