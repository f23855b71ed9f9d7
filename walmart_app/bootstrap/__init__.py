"""Makes the environment on a bare machine. Standard library only; readable by any Python 3."""
