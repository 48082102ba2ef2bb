"""A folder of films, painted however often it is interrupted."""
