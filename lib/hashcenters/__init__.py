"""Helpers of the reproducibility workbook for CSQ (CVPR 2020) and SHC (ACCV 2022)."""

__version__ = "0.1.0"
