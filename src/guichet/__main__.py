"""`python -m guichet` is `guichet`."""

from guichet.cli import main

if __name__ == "__main__":
    main()
