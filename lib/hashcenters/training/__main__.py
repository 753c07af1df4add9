"""`python -m hashcenters.training list` and `encode`: finished trainings, and codes of a folder of images."""

import sys
from pathlib import Path

import click

from basics.errors import InputError, one_line_errors, run_command


@click.group(no_args_is_help=False)
def main() -> None:
    """Finished trainings of a profile, and codes of your own images."""


@main.command("list")
@click.option("--profile", default="embedded", show_default=True, help="whose trainings")
def list_runs(profile: str) -> None:
    """One line a finished training: its key, data, backbone, objective, bits and seed.

    Those whose configuration was damaged or edited are counted; the exit code is 2 then.
    """
    from hashcenters.training.stored import stored_configs

    with one_line_errors():
        found, unreadable = stored_configs(profile)
        for key, config in sorted(found.items()):
            about = (config.dataset, config.backbone, config.objective, f"{config.bits} bits", f"seed {config.seed}")
            click.echo(f"{key}  {'  '.join(about)}")
        click.echo(f"{len(found)} finished trainings in profile {profile}")
        if unreadable:
            raise InputError(f"{len(unreadable)} more cannot be read, the first: {unreadable[0]}")


@main.command()
@click.argument("key")
@click.argument("images", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), required=True, help="the .npz file to write")
@click.option("--profile", default="embedded", show_default=True, help="whose trainings")
@click.option("--skip-corrupt", is_flag=True, help="leave out pictures that cannot be read")
def encode(key: str, images: Path, output: Path, profile: str, skip_corrupt: bool) -> None:
    """Turn all pictures below the folder IMAGES into hash codes with the training KEY.

    The file holds `codes` (n, bits) of −1 and +1 and `paths` (n,), relative to the folder, in the same order.
    """
    from hashcenters.training.stored import encode_folder

    with one_line_errors():
        if output.suffix != ".npz":
            raise InputError(f"output must be a .npz file, got {output}")
        count, left_out = encode_folder(key, images, output, profile=profile, skip_corrupt=skip_corrupt)
        click.echo("; ".join([f"{count} codes in {output}", *left_out]))


if __name__ == "__main__":
    sys.exit(run_command(main))
