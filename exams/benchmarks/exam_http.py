"""A small HTTP client for measurements: one keep-alive connection a candidate, no library, little processor time."""

from __future__ import annotations

import asyncio
import json as _json

CSRF = "b" * 32


class Failed(Exception):
    """No answer: the connection broke, was refused, or took too long."""


class Answer:
    """Status, headers (names in lower case) and body."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: dict[str, str], body: bytes):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return _json.loads(self.body)


class Wire(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self):
        self.transport, self.waiting, self.buffer, self.head, self.need = None, None, bytearray(), None, 0

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, error):
        self.transport = None
        if self.waiting and not self.waiting.done():
            self.waiting.set_exception(Failed("closed"))

    def data_received(self, data):
        self.buffer += data
        if self.head is None:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            first, *lines = self.buffer[:end].decode("latin-1").split("\r\n")
            headers = {}
            for line in lines:
                name, _colon, value = line.partition(":")
                headers[name.lower()] = value.strip()
            self.head = (int(first.split(" ", 2)[1]), headers)
            del self.buffer[: end + 4]
            self.need = int(headers.get("content-length", 0))
        if len(self.buffer) >= self.need and self.waiting and not self.waiting.done():
            status, headers = self.head
            answer = Answer(status, headers, bytes(self.buffer[: self.need]))
            self.buffer.clear()
            self.head = None
            if headers.get("connection", "").lower() == "close" and self.transport:
                self.transport.close()
                self.transport = None
            self.waiting.set_result(answer)


class Browser:
    """One candidate's browser: a session cookie and a connection that is opened when needed."""

    def __init__(self, port: int, session: str, timeout: float = 60):
        self.port, self.timeout, self.wire, self.turn = port, timeout, None, asyncio.Lock()
        self.common = (
            f"Host: 127.0.0.1:{port}\r\nAccept: application/json\r\nX-CSRFToken: {CSRF}\r\n"
            f"User-Agent: Mozilla/5.0 (Windows NT 10.0) Chrome/120.0\r\n"
            f"Cookie: sessionid={session}; csrftoken={CSRF}\r\n"
        )

    async def request(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> Answer:
        """One at a time. Raises Failed. A kept connection that the server closed meanwhile is opened anew, once."""
        head = f"{method} {path} HTTP/1.1\r\n{self.common}"
        if method == "POST":
            head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        data = head.encode() + b"\r\n" + body
        async with self.turn:
            kept = self.wire is not None and self.wire.transport is not None
            try:
                return await self._once(data)
            except Failed:
                if not kept:
                    raise
                return await self._once(data)

    async def _once(self, data: bytes) -> Answer:
        loop = asyncio.get_running_loop()
        try:
            if self.wire is None or self.wire.transport is None:
                _transport, self.wire = await loop.create_connection(Wire, "127.0.0.1", self.port)
            self.wire.waiting = loop.create_future()
            self.wire.transport.write(data)
            timer = loop.call_later(self.timeout, self._give_up, self.wire)
            try:
                return await self.wire.waiting
            finally:
                timer.cancel()
        except OSError as error:
            self.close()
            raise Failed(type(error).__name__) from error

    @staticmethod
    def _give_up(wire: Wire) -> None:
        if not wire.waiting.done():
            wire.waiting.set_exception(Failed("timeout"))
        if wire.transport:
            wire.transport.abort()

    def post(self, path: str, document: dict):
        return self.request("POST", path, _json.dumps(document).encode())

    def close(self) -> None:
        if self.wire and self.wire.transport:
            self.wire.transport.abort()
        self.wire = None
