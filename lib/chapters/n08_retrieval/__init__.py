"""Chapter 08, retrieval: ties, search, saved codes to browse, and the authors' list files."""
