#!/usr/bin/env python3
"""Runs the notebooks of the workbook; `--help` lists the options."""

import sys
from pathlib import Path

# works without an installed package, as after `conda env create`; the kernels find it through the variable
LIBRARY = str(Path(__file__).resolve().parent / "lib")
sys.path.insert(0, LIBRARY)

from workbook.runner.command import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
