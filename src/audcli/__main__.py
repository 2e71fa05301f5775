"""`python -m audcli` is `audcli`."""

from audcli.cli.app import main

main()
