"""The statements of both documents as checks that can fail, one topic a module."""
