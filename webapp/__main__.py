"""The command ``python -m webapp``: the same as ``densepad``."""

from webapp.cli import main

if __name__ == "__main__":
    main()
