"""One request to the API, from a machine that the tests can only start programs on: `ask.py METHOD URL [BODY [TOKEN]]`.

Prints status and body as JSON; status 0 when nothing answers. Only the standard library: it is started often.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request


def ask(method: str, url: str, body: str = "", token: str = "") -> tuple[int, object]:
    """Status and body."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, body.encode() or None, headers, method=method)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError as error:
        return 0, str(error)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(ask(*sys.argv[1:])))
