"""Whether a service on this machine says that it is ready. Plain Python: the image asks by it too."""

import http.client

READY_PATH = "/health/ready"


def answers_ready(port: int, *, timeout: float = 2.0) -> bool:
    """Ask a service on this machine whether it is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", READY_PATH)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
