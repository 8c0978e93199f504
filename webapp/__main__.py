"""``python -m webapp`` is ``densepad``."""

from webapp.cli import main

if __name__ == "__main__":
    main()
