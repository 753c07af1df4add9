"""Small trees in the official formats."""

from small_trees import data_folder, picture  # noqa: F401
