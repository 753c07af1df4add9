"""Pictures in, their nearest neighbours among encoded pictures out: as a table, and as a sheet of pictures."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import click
import pandas as pd
from markupsafe import Markup
from PIL import Image

from basics.errors import InputError, one_line_errors, one_of
from basics.files import whole_file, writable, write_text

SHEETS = (".html", ".png")
SHEET_DPI = 200
SIDE = 128  # pixels of a picture on a sheet
PAGE = Markup("""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Nearest neighbours</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body {{ font: 15px/1.4 system-ui, sans-serif; margin: 2rem; }}
.row {{ display: flex; flex-wrap: wrap; gap: .7rem; margin-bottom: 2rem; }}
figure {{ margin: 0; width: 8rem; }} img {{ width: 8rem; height: 8rem; object-fit: cover; }}
figcaption {{ font-size: .8rem; overflow-wrap: anywhere; }}
.query img {{ outline: 3px solid #0072B2; }}
</style></head><body><h1>Nearest neighbours</h1>
<p>Each row: a picture, and those nearest to it by Hamming distance, in {bits} bits.</p>
{rows}</body></html>
""")
TILE = Markup(
    '<figure class="{kind}"><img src="data:image/jpeg;base64,{data}" alt="{name}">'
    "<figcaption>{text}</figcaption></figure>"
)


def neighbours(codes: Path, pictures: Sequence[Path], *, top_k: int, profile: str | None = None) -> pd.DataFrame:
    """The nearest encoded pictures of each given one.

    Args:
        codes: a file of `encode`, which names the training that made it.
        pictures: files.
        top_k: neighbours each, 1 to the number of codes.
        profile: whose trainings; None for those of all.

    Returns:
        query, rank (from 1), distance (bits), class (the folder that the neighbour lies in), path (below the folder).

    Raises:
        InputError: another file, a training that is not here, or pictures that cannot be read.
    """
    from hashcenters.metrics.code_files import load_encoded
    from hashcenters.retrieval import build_index, search_index
    from hashcenters.training.stored import encode_files, reading_of, stored_run

    found = load_encoded(codes)
    if not found.training:
        raise InputError(f"{codes} does not say which training made it; encode the folder again")
    run = stored_run(found.training, profile)
    failures = reading_of(run.config).open(list(pictures)).unreadable()
    for place, reason in failures.items():
        raise InputError(f"cannot read {pictures[place]}: {reason}")
    distances, rows = search_index(build_index(found.codes), encode_files(run, pictures), top_k=top_k)
    classes = found.classes()
    lines = [
        (str(picture), rank, distance, classes[row], str(found.paths[row]))
        for picture, near, far in zip(pictures, rows.tolist(), distances.tolist(), strict=True)
        for rank, (row, distance) in enumerate(zip(near, far, strict=True), start=1)
    ]
    return pd.DataFrame(lines, columns=["query", "rank", "distance", "class", "path"])


def thumbnail(path: Path) -> Image.Image:
    """A small picture of a file, its central square; grey where it is not there any more."""
    from hashcenters.datasets.images import decode_image

    try:
        return Image.fromarray(decode_image(path, size=SIDE).transpose(1, 2, 0))
    except (OSError, ValueError):
        return Image.new("RGB", (SIDE, SIDE), "#cccccc")


def write_sheet(found: pd.DataFrame, images: Path, sheet: Path, *, bits: int) -> None:
    """Draw queries and neighbours as a page (.html) or a picture (.png) that needs no other file.

    Args:
        found: from `neighbours`.
        images: the folder that the paths of neighbours start in.
        sheet: the file to write.
        bits: length of the codes.

    Raises:
        InputError: another suffix, or a place that cannot be written.
    """
    one_of(sheet.suffix, SHEETS, "the suffix of the sheet")
    groups = [(Path(query), part) for query, part in found.groupby("query", sort=False)]
    if sheet.suffix == ".html":
        rows = Markup("").join(_row(query, part, images) for query, part in groups)
        write_text(sheet, PAGE.format(rows=rows, bits=bits))
        return
    from workbook import style

    columns = 1 + max(len(part) for _, part in groups)
    with style.look(), whole_file(sheet) as temporary:
        drawn, axes = style.figure(
            columns=2, height=0.9 * len(groups) + 0.2, grid=(len(groups), columns), squeeze=False
        )
        for row, (query, part) in zip(axes, groups, strict=True):
            texts = ["query", *(f"{line.rank}. {line[4]}\n{line.distance} bits" for line in part.itertuples())]
            files = [query, *(images / path for path in part["path"])]
            for axis, text, file in zip(row, texts, files, strict=False):
                axis.imshow(thumbnail(file))
                style.bare(axis).set_xlabel(text, size=5, labelpad=2)
            for axis in row[len(files) :]:
                axis.set_visible(False)
        drawn.savefig(temporary, dpi=SHEET_DPI)


def _row(query: Path, part: pd.DataFrame, images: Path) -> Markup:
    """A query and its neighbours as HTML."""
    tiles = [_tile("query", query, query.name)]
    for line in part.itertuples():
        tiles.append(_tile("found", images / line.path, f"{line.rank}. {line.path}, {line.distance} bits"))
    return Markup('<div class="row">{}</div>\n').format(Markup("").join(tiles))


def _tile(kind: str, path: Path, text: str) -> Markup:
    """One picture as HTML."""
    content = io.BytesIO()
    thumbnail(path).save(content, format="jpeg", quality=85)
    return TILE.format(kind=kind, data=base64.b64encode(content.getvalue()).decode(), name=path.name, text=text)


@click.command()
@click.argument("codes", type=click.Path(path_type=Path))
@click.argument("pictures", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--top", default=10, show_default=True, help="Neighbours a picture.")
@click.option("--sheet", type=click.Path(path_type=Path), metavar="FILE", help="Draw them, too: a .html or .png file.")
@click.option("--images", type=click.Path(path_type=Path), help="Where the encoded pictures lie now.")
@click.option("--profile", help="Whose trainings; those of all if not given.")
def search(
    codes: Path, pictures: tuple[Path, ...], top: int, sheet: Path | None, images: Path | None, profile: str | None
) -> None:
    """Find the neighbours of PICTURES among CODES, a file that `encode` wrote, by the training that made it."""
    from hashcenters.metrics.code_files import load_encoded

    with one_line_errors():
        if sheet is not None:
            one_of(sheet.suffix, SHEETS, "the suffix of the sheet")
            writable(sheet, name="--sheet")
        found = neighbours(codes, pictures, top_k=top, profile=profile)
        click.echo(found.to_string(index=False))
        if sheet is not None:
            encoded = load_encoded(codes)
            write_sheet(found, images or Path(encoded.folder), sheet, bits=encoded.codes.shape[1])
            click.echo(f"drawn in {sheet}")
