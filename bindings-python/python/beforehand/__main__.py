"""`python -m beforehand` is the command `beforehand`."""

import sys

from ._command import main

if __name__ == "__main__":
    sys.exit(main())
