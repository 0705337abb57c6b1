"""Whether a server can listen where it is told to; said in one sentence where it cannot.

python -m app.port localhost 8501
"""

import errno
import socket
import sys

ROOM = 65535


def why_not(host: str, port: str) -> str:
    """Why nobody can listen on ``port`` of ``host``; empty where one can."""
    if not port.isascii() or not port.isdigit() or not 0 < int(port) <= ROOM:
        return f"PORT is {port!r}; it must be a number from 1 to {ROOM}."
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
    except OSError:
        return f"HOST is {host!r}, which is no address of this machine."
    for family, kind, protocol, _, address in found:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as problem:
                if told := _say(problem, host, int(port)):
                    return told
    return ""


def _say(problem: OSError, host: str, port: int) -> str:
    match problem.errno:
        case errno.EADDRINUSE:
            other = port + 1 if port < ROOM else port - 1
            return f"Port {port} is taken on this machine: choose another, such as PORT={other}."
        case errno.EACCES:
            return f"Port {port} is kept for root: choose one above 1023, such as PORT=8501."
        case errno.EADDRNOTAVAIL if host != "localhost":  # which often has an IPv6 address that is not in use
            return f"HOST is {host!r}, which is no address of this machine."
    return ""


if __name__ == "__main__":
    sys.exit(why_not(*sys.argv[1:]) or None)
