"""Networks of other libraries, with the weights that come with them."""
