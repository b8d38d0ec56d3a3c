"""`python -m sennit`: the command, where its script is not on the path."""

from sennit.cli.main import main

if __name__ == "__main__":
    main()
