"""Chapter 03, hash centers against their bounds: generators, semantic centers, centroids, the authors' files."""
