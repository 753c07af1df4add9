"""Chapter 02: every proof and identity of both documents as checks that can fail."""
