"""Tasks run in one process, in several, or on several machines, by one interface."""
