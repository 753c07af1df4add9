"""What readers see: the pages of a run, its front page, and the README beside it."""
