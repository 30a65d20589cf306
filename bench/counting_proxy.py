"""Stands in front of DynamoDB and notes when which operation was called, by its header.

`CountingProxy` runs it as a process of its own, with blocking threads: counting must cost the
measured programs little, and a thread that waits in recv() is the quickest to pass bytes on.
"""

import collections
import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

_TARGET = re.compile(rb"\r\nx-amz-target: *\w+\.(\w+)\r\n", re.IGNORECASE)
_TAIL = 80  # a header cut by the end of a segment is found with the next
_BUFFER = 1 << 18


class Spy:
    """Notes the calls in the bytes of one connection in `times`, by operation."""

    def __init__(self, times):
        self._times = times
        self._tail = b""

    def see(self, data):
        data, end = self._tail + data, 0
        for match in _TARGET.finditer(data):
            self._times[match[1].decode()].append(time.monotonic())
            end = match.end()
        self._tail = data[max(end, len(data) - _TAIL) :]


def _pass_on(source, sink, see=lambda data: None):
    buffer = bytearray(_BUFFER)
    view = memoryview(buffer)
    try:
        while size := source.recv_into(buffer):
            sink.sendall(view[:size])
            see(bytes(view[:size]))
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def _serve(near, address, times):
    try:
        far = socket.create_connection(address)
    except OSError:
        near.close()
        return
    for end in (near, far):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=_pass_on, args=(far, near), daemon=True).start()
    _pass_on(near, far, Spy(times).see)


def _accept(listener, address, times):
    while True:
        near, _ = listener.accept()
        threading.Thread(target=_serve, args=(near, address, times), daemon=True).start()


def _run(target):
    parts = urllib.parse.urlsplit(target)
    times = collections.defaultdict(list)
    listener = socket.create_server(("127.0.0.1", 0))
    arguments = (listener, (parts.hostname, parts.port), times)
    threading.Thread(target=_accept, args=arguments, daemon=True).start()
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    while sys.stdin.readline():
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
    _run(sys.argv[1])
