"""As much of HTTP/1.1 as DynamoDB's clients use: keep-alive, Content-Length and chunked bodies."""

import asyncio
import email.utils
import json
import zlib

_REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    409: "Conflict",
    413: "Payload Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class Request:
    def __init__(self, method, path, headers, body):
        self.method = method
        self.path = path
        self.headers = headers  # names in lower case
        self.body = body

    @property
    def keeps_alive(self):
        return self.headers.get("connection", "").lower() != "close"


class Reply:
    def __init__(self, status, content):
        self.status = status
        self.body = json.dumps(content, separators=(",", ":")).encode()
        self.crc = zlib.crc32(self.body)

    def render(self, request_id, now, keep_alive):
        head = (
            f"HTTP/1.1 {self.status} {_REASONS.get(self.status, 'Error')}\r\n"
            f"Server: Server\r\nDate: {email.utils.formatdate(now, usegmt=True)}\r\n"
            f"Content-Type: application/x-amz-json-1.0\r\nContent-Length: {len(self.body)}\r\n"
            f"Connection: {'keep-alive' if keep_alive else 'close'}\r\n"
            f"x-amzn-RequestId: {request_id}\r\nx-amz-crc32: {self.crc}\r\n\r\n"
        )
        return head.encode() + self.body


async def read_request(reader):
    """The next request of a connection, None when the client has closed it."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    start, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = start.split(" ", 2)
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Request(method, path, headers, await _read_body(reader, headers))


async def _read_body(reader, headers):
    if headers.get("transfer-encoding", "").lower() == "chunked":
        chunks = []
        while size := int((await reader.readline()).split(b";")[0], 16):
            chunks.append(await reader.readexactly(size))
            await reader.readline()
        await reader.readline()
        return b"".join(chunks)
    return await reader.readexactly(int(headers.get("content-length", 0)))
