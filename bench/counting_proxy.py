"""Stands in front of DynamoDB and notes when which operation was called, by its header.

`CountingProxy` runs it as a process of its own: counting must cost the measured programs little.
"""

import asyncio
import collections
import json
import re
import subprocess
import sys
import time
import urllib.parse

_TARGET = re.compile(rb"\r\nx-amz-target: *\w+\.(\w+)\r\n", re.IGNORECASE)
_TAIL = 80  # a header cut by the end of a segment is found with the next


class End(asyncio.Protocol):
    """One end of a connection: hands what it receives to the other end, and closes with it."""

    def __init__(self):
        self.other = None
        self._transport = None
        self._early = b""

    def connection_made(self, transport):
        self._transport = transport
        transport.write(self._early)

    def send(self, data):
        if self._transport is None:
            self._early += data
        else:
            self._transport.write(data)

    def close(self):
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data):
        self.other.send(data)

    def connection_lost(self, exc):
        self.other.close()


class Spy(End):
    """The client's end. Notes the calls that pass in `times`, by operation."""

    def __init__(self, address, times):
        super().__init__()
        self.other = End()
        self.other.other = self
        self._address = address
        self._times = times
        self._tail = b""
        self._connecting = None

    def connection_made(self, transport):
        super().connection_made(transport)
        self._connecting = asyncio.ensure_future(self._connect())

    async def _connect(self):
        try:
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: self.other, *self._address)
        except OSError:
            self.close()

    def data_received(self, data):
        super().data_received(data)
        data, end = self._tail + data, 0
        for match in _TARGET.finditer(data):
            self._times[match[1].decode()].append(time.monotonic())
            end = match.end()
        self._tail = data[max(end, len(data) - _TAIL) :]


async def _run(target):
    parts = urllib.parse.urlsplit(target)
    address = (parts.hostname, parts.port)
    times = collections.defaultdict(list)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Spy(address, times), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(times), flush=True)


class CountingProxy:
    """with CountingProxy(endpoint) as proxy: proxy.url, proxy.times() -> {operation: [times]}"""

    def __init__(self, target):
        self._command = [sys.executable, __file__, target]

    def __enter__(self):
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, text=True)
        self.url = self._process.stdout.readline().strip()
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.terminate()
        self._process.wait()

    def times(self):
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1]))
