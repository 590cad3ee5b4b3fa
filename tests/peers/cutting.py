"""A wire that breaks: stands before a server and cuts a connection where a test says."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal
from urllib.parse import urlsplit

Place = Literal["before", "after"]


class Wire:
    """Hands on what comes; `cuts` lists where the next requests break off: before they arrive, or after the answer."""

    def __init__(self, url: str) -> None:
        self.url = ""
        self.cuts: list[Place] = []
        self.requests = 0
        self._target = (urlsplit(url).hostname, urlsplit(url).port)

    def serve(self, listener: socket.socket) -> None:
        """Take connections until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._target) as server, suppress(OSError):
            while request := _message(client):
                self.requests += 1
                cut = self.cuts.pop(0) if self.cuts else None
                if cut == "before":
                    return
                server.sendall(request)
                answer = _message(server)
                if cut == "after" or not answer:
                    return
                client.sendall(answer)


@contextmanager
def wire(url: str) -> Iterator[Wire]:
    """Put a wire before the server at `url`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Wire(url)
        made.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=made.serve, args=(listener,), daemon=True)
        thread.start()
        yield made
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def _message(side: socket.socket) -> bytes:
    """Read one whole message of HTTP/1.1; nothing when the other side has hung up."""
    content = b""
    while b"\r\n\r\n" not in content:
        content += (more := side.recv(65536))
        if not more:
            return b""
    head, _, body = content.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    chunked = headers.get(b"transfer-encoding") == b"chunked"
    length = int(headers.get(b"content-length", 0))
    while not body.endswith(b"0\r\n\r\n") if chunked else len(body) < length:
        body += (more := side.recv(65536))
        if not more:
            return b""
    return head + b"\r\n\r\n" + body
