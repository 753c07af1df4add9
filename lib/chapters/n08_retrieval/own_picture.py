"""A picture of one's own as a query: encoded by a trained network, searched among the codes of its database."""

import io
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import torch
from jaxtyping import Int8, UInt8
from matplotlib.figure import Figure
from PIL import Image, ImageOps

from basics.errors import InputError
from basics.paths import runs_root
from chapters.n08_retrieval.browse import first_shown
from chapters.shared.code_sets import SavedCodes
from chapters.shared.figures import neighbour_tiles
from chapters.shared.samples import class_text, showable
from hashcenters.codes import binarise, hamming_distance
from hashcenters.datasets.images import to_rgb
from hashcenters.datasets.splits import ArrayInputs, HashingData, Split
from hashcenters.training.loop import Batches, encode, one_thread
from hashcenters.training.run import Run
from hashcenters.training.stored import colour_network, stored_run

AS_IT_IS, INVERTED = "as it is", "inverted"


def heads(saved: Sequence[SavedCodes], *, profile: str) -> list[SavedCodes]:
    """The code sets whose trained network is at hand and looks at still pictures."""
    there = [one for one in saved if one.key and (runs_root(profile) / one.key / "config.json").is_file()]
    return [one for one in there if len(_shape(one.data())) == 3]


def _shape(data: HashingData) -> tuple[int, ...]:
    """Channels, perhaps frames, height and width of an input."""
    return data.query.inputs.batch(np.arange(1)).shape[1:]


def as_input(
    content: bytes, shape: tuple[int, int, int], *, colours: str = AS_IT_IS
) -> UInt8[np.ndarray, "channels height width"]:
    """The content of a picture file as a network takes it: its middle, resized, grey where the network is.

    Args:
        content: any format that Pillow opens.
        shape: channels (1 or 3), height and width.
        colours: "as it is", or "inverted": ink on paper is dark on light, the digits here are light on dark.

    Raises:
        InputError: it is no picture.
    """
    channels, height, width = shape
    try:
        with Image.open(io.BytesIO(content)) as opened:
            image = ImageOps.exif_transpose(to_rgb(opened))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(
            f"expected a picture, got {len(content):,} bytes that cannot be read as one: {error}"
        ) from error
    image = ImageOps.fit(image, (width, height), Image.Resampling.BILINEAR)
    image = ImageOps.invert(image) if colours == INVERTED else image
    planes = np.array(image.convert("L" if channels == 1 else "RGB"))
    return planes[None] if channels == 1 else np.ascontiguousarray(planes.transpose(2, 0, 1))


def encode_picture(picture: UInt8[np.ndarray, "channels height width"], run: Run) -> Int8[np.ndarray, "1 bits"]:
    """The hash code of one picture by a trained network."""
    split = Split(ArrayInputs(picture[None]), np.zeros(1, np.int64), np.array(["own"]))
    network = run.trained()[0] if run.config.trainable == "all" else colour_network(run)
    with one_thread():
        return binarise(encode(network, Batches(split, torch.device("cpu"))))


def nearest_to(code: Int8[np.ndarray, "1 bits"], saved: SavedCodes, *, name: str, depth: int) -> pd.DataFrame:
    """A picture with its name and the database items nearest to its code, as `samples.neighbour_frame` has them.

    Nobody knows who is relevant to it.
    """
    data = saved.data()
    distance = hamming_distance(code, saved.codes().database_codes)[0]
    rows = [(0, 0, 0, name, 0, None)]
    for rank, item in enumerate(np.argsort(distance, kind="stable")[:depth].tolist(), start=1):
        rows.append((0, rank, item, class_text(data, data.database, item), int(distance[item]), None))
    return pd.DataFrame(rows, columns=["query", "rank", "row", "name", "distance", "relevant"])


def own_query(
    saved: Sequence[SavedCodes], *, profile: str, method: str = "", depth: int = 9
) -> tuple[Callable[..., Figure], dict[str, list]]:
    """A function that encodes a picture, searches and draws its neighbours, and the choices it takes.

    Args:
        saved: from `heads`, at least one.
        profile: whose trainings.
        method: to start with, the first one where it is not there.
        depth: neighbours shown.

    Returns:
        `search(picture, method, bits, colours)`, where `picture` is the content of a file and None stands for the
        first query of the data set; and the values of each other choice, for `live.upload`.
    """
    found = {(one.method, one.bits): one for one in saved}
    start = first_shown(saved, method=method)
    choices = {
        "method": list(dict.fromkeys(one.method for one in saved)),
        "bits": sorted({one.bits for one in saved}),
        "colours": [AS_IT_IS, INVERTED],
    }

    def search(
        picture: bytes | None = None, method: str = start.method, bits: int = start.bits, colours: str = AS_IT_IS
    ) -> Figure:
        if (method, bits) not in found:
            raise InputError(f"there is no trained network of {method} with {bits} bits; choose other bits")
        one = found[method, bits]
        data = one.data()
        name = "an example" if picture is None else "your picture"
        if picture is None:
            array = data.query.inputs.batch(np.arange(1))[0]
        else:
            array = as_input(picture, _shape(data), colours=colours)
        tiles = nearest_to(encode_picture(array, stored_run(one.key, profile)), one, name=name, depth=depth)
        images = showable(data, data.database, tiles["row"][1:].tolist())
        shown = array[0] if len(array) == 1 else array.transpose(1, 2, 0)
        title = f"nearest to {name}: {method}, {bits} bits"
        return neighbour_tiles(tiles, None if images is None else [shown, *images], title=title)

    return search, choices
