"""The chapters: what the notebooks show beyond the science core, one module or package a notebook."""
