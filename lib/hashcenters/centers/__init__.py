"""Hash centers: how to make them, what bounds them, how far apart they are. One generator a module."""
