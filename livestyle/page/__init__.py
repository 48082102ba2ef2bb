"""A page in the browser: the painting, and all there is to turn."""
