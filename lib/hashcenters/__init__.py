"""Helpers of the reproducibility workbook for CSQ (CVPR 2020) and SHC (ACCV 2022)."""

import basics  # noqa: F401 (notes what the files are before they are imported)

__version__ = "0.1.0"
