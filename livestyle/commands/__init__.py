"""One file a subcommand; each has NAME and main, which the command line calls with typed options."""
