"""Chapter 10, beyond both papers: the best recipe for codes, and classes that no hash layer has seen."""
