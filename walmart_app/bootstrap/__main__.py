"""`python3 -m walmart_app.bootstrap run|test|lint|...`: what the Makefile's recipes call."""

import sys

from walmart_app.bootstrap import python

if __name__ == "__main__":
    python.ensure(sys.argv[1:])
    # only now: what follows is written for the Python that fits
    from walmart_app.bootstrap.commands import main

    sys.exit(main(sys.argv[1:]))
