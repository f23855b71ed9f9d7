"""Find a Python that the product runs on."""

import os
import shutil
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 13)
_CANDIDATES = ("python3.11", "python3.12", "python3.13", "python3")
_MARK = "WALMART_BOOTSTRAPPED"


def fits(version: "tuple[object, ...]") -> bool:
    """Whether a (major, minor, ...) version is supported."""
    return OLDEST <= version[:2] <= NEWEST


def ensure(arguments: "list[str]") -> None:
    """Return when this Python fits; else go on in one that does; else end with a sentence."""
    if fits(sys.version_info):
        return
    if not os.environ.get(_MARK):
        for name in _CANDIDATES:
            path = shutil.which(name)
            if path and _answers(path):
                os.environ[_MARK] = "1"
                os.execv(path, [path, "-m", "walmart_app.bootstrap"] + arguments)
    sys.exit(
        "Walmart Sim needs Python 3.11, 3.12 or 3.13, but this is {}.{} ({}). Install one of them, or name it: "
        "make run PYTHON=/path/to/python3.12".format(sys.version_info[0], sys.version_info[1], sys.executable)
    )


def _answers(path: str) -> bool:
    code = "import sys; sys.exit(not ({!r} <= sys.version_info[:2] <= {!r}))".format(OLDEST, NEWEST)
    try:
        return subprocess.call([path, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False
