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


class Spy:
    """Forwards connections and keeps the times of the calls by operation."""

    def __init__(self, target):
        parts = urllib.parse.urlsplit(target)
        self._target = (parts.hostname, parts.port)
        self.times = collections.defaultdict(list)

    def _note(self, data):
        """Notes the calls in the data; returns what may be the begin of one."""
        end = 0
        for match in _TARGET.finditer(data):
            self.times[match[1].decode()].append(time.monotonic())
            end = match.end()
        return data[max(end, len(data) - _TAIL) :]

    async def serve(self, reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(
            self._requests(reader, far_writer),
            self._pump(far_reader, writer),
            return_exceptions=True,
        )

    async def _requests(self, reader, writer):
        tail = b""
        while data := await reader.read(1 << 16):
            tail = self._note(tail + data)
            writer.write(data)
            await writer.drain()
        writer.close()

    @staticmethod
    async def _pump(reader, writer):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.close()


async def _run(target):
    spy = Spy(target)
    server = await asyncio.start_server(spy.serve, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(spy.times), flush=True)


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
