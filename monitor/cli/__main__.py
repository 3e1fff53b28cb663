"""`python -m monitor.cli` is the `presszero` command."""

from monitor.cli import main

main()
