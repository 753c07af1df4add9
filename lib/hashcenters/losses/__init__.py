"""The losses of both documents, one a module, as functions of tensors."""
