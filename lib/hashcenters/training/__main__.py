"""`python -m hashcenters.training list` and `encode`: finished trainings, and codes of a folder of images."""

import sys
from pathlib import Path

import click

from basics.errors import InputError, one_line_errors, run_command
from basics.files import writable
from basics.text import columns


@click.group(no_args_is_help=False)
def main() -> None:
    """Finished trainings of a profile, and codes of your own images."""


@main.command("list")
@click.option("--profile", default="embedded", show_default=True, help="whose trainings")
def list_runs(profile: str) -> None:
    """One line a finished training: the beginning of its key, its mAP, and whatever tells it from the others.

    Those whose configuration was damaged or edited are counted; the exit code is 2 then.
    """
    from hashcenters.training.listing import described

    with one_line_errors():
        rows, unreadable = described(profile)
        click.echo(columns(rows) if len(rows) > 1 else "", nl=len(rows) > 1)
        click.echo(f"{len(rows) - 1} finished trainings in profile {profile}")
        if unreadable:
            raise InputError(f"{len(unreadable)} more cannot be read, the first: {unreadable[0]}")


@main.command()
@click.argument("key")
@click.argument("images", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), required=True, help="the .npz file to write")
@click.option("--profile", help="whose trainings; those of all if not given")
@click.option("--skip-corrupt", is_flag=True, help="leave out pictures that cannot be read")
def encode(key: str, images: Path, output: Path, profile: str | None, skip_corrupt: bool) -> None:
    """Turn all pictures below the folder IMAGES into hash codes with the training KEY, or the beginning of its key.

    The file holds `codes` (n, bits) of −1 and +1 and `paths` (n,), relative to the folder, in the same order.
    `hashcenters search` finds neighbours in it, `hashcenters score` scores it by the folders as classes.

    A hash layer on features whose network was not kept is trained again for it, which needs the data that it learned
    from as they were.
    """
    from hashcenters.training.stored import encode_folder

    with one_line_errors():
        if output.suffix != ".npz":
            raise InputError(f"output must be a .npz file, got {output}")
        writable(output, name="output")
        count, left_out = encode_folder(key, images, output, profile=profile, skip_corrupt=skip_corrupt)
        click.echo("; ".join([f"{count} codes in {output}", *left_out]))


if __name__ == "__main__":
    sys.exit(run_command(main))
