"""The service's HTTP interface, as far as applications use it."""

from __future__ import annotations

import dataclasses
import http.client
import json
import socket
import ssl
import time
import urllib.parse
from typing import Any, Dict, Mapping, Optional

from .errors import Unavailable
from .leases import Terms
from .rules import RuleSet

_MOST_BYTES = 8 << 20
_CLOSED_MEANWHILE = (ConnectionError, http.client.BadStatusLine)


@dataclasses.dataclass(frozen=True)
class Renewal:
    """A client's request for its lease."""

    terms: Terms
    acknowledged: int
    known: int
    wait: float  # seconds


@dataclasses.dataclass(frozen=True)
class Granted:
    rules: RuleSet
    lease: float  # seconds


class ServiceClient:
    """Each call raises Unavailable when the service does not answer as it should within `timeout`.

    Thread-safe, but for lease(), which keeps its connection: it is for one thread at a time.
    """

    def __init__(
        self,
        url: str,
        token: Optional[str] = None,
        context: Optional[ssl.SSLContext] = None,
    ) -> None:
        """`url`: "http://127.0.0.1:8642" or https; `token`: bearer token; `context`: for https with
        an authority of your own."""
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address of a service: give http://HOST:PORT.")
        self._address = f"{parts.scheme}://{parts.netloc}"
        self._parts = parts
        self._context = context
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._kept: Optional[http.client.HTTPConnection] = None

    def lease(self, group: str, client: str, renewal: Renewal, timeout: float) -> Granted:
        """Renews the lease of a client, and stores it when it is new. Answered at once when there
        are newer rules than `known`, else after `wait`."""
        body = {
            "mode": str(renewal.terms.mode),
            "lease_ms": _milliseconds(renewal.terms.lease),
            "acknowledged": renewal.acknowledged,
            "known": renewal.known,
            "wait_ms": _milliseconds(renewal.wait),
        }
        path = f"{_path(group, 'clients', client)}/lease"
        answer = self._send("POST", path, body, time.monotonic() + timeout, keep=True)
        try:
            return Granted(RuleSet.from_json(answer["rules"]), answer["lease_ms"] / 1000)
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"The answer of {self._address} cannot be used: {error}") from error

    def forget(self, group: str, client: str, timeout: float) -> None:
        """Removes the record of a client that has ended."""
        path = _path(group, "clients", client)
        self._send("DELETE", path, None, time.monotonic() + timeout)

    def shadow_read(self, group: str, report: Mapping[str, Any], timeout: float) -> None:
        """Reports a comparison: link, subject, key, equal, difference."""
        path = _path(group, "shadow-reads")
        self._send("POST", path, report, time.monotonic() + timeout)

    def close(self) -> None:
        """Ends the kept connection; lease() opens another one."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _send(self, method: str, path: str, body: Any, until: float, keep: bool = False) -> Any:
        kept = self._kept if keep else None
        if keep:
            self._kept = None
        connection = kept or self._connection()
        try:
            try:
                answer = self._exchange(connection, method, path, body, until)
            except _CLOSED_MEANWHILE:
                connection.close()
                if kept is None:
                    raise
                connection = self._connection()
                answer = self._exchange(connection, method, path, body, until)
        except (OSError, http.client.HTTPException, ValueError) as error:
            connection.close()
            what = str(error) or type(error).__name__
            raise Unavailable(f"{self._address} does not answer: {what}") from error
        except Unavailable:
            connection.close()
            raise
        if keep:
            self._kept = connection
        else:
            connection.close()
        return answer

    def _connection(self) -> http.client.HTTPConnection:
        host, port = str(self._parts.hostname), self._parts.port
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, port)
        return http.client.HTTPSConnection(host, port, context=self._context)

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: Any,
        until: float,
    ) -> Any:
        connection.timeout = _left(until)
        if connection.sock is not None:
            connection.sock.settimeout(_left(until))
        text = None if body is None else json.dumps(body).encode()
        connection.request(method, self._parts.path.rstrip("/") + path, text, self._headers)
        wire = connection.sock  # the connection lets go of it when the service wants to close
        wire.settimeout(_left(until))
        response = connection.getresponse()
        answer = _read(response, wire, until)
        if not 200 <= response.status < 300:
            raise Unavailable(f"{self._address} answers {response.status}: {_detail(answer)}")
        return json.loads(answer) if answer else {}


def _path(group: str, *parts: str) -> str:
    quoted = (urllib.parse.quote(part, safe=":") for part in (group, *parts))
    return "/v1/groups/" + "/".join(quoted)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _left(until: float) -> float:
    return max(until - time.monotonic(), 0.001)


def _read(response: http.client.HTTPResponse, wire: socket.socket, until: float) -> bytes:
    """The body; it may come in drops, but not for longer than `until`."""
    parts = bytearray()
    while True:
        wire.settimeout(_left(until))
        part = response.read1(65_536)
        if not part:
            response.close()  # else the connection takes no other request
            return bytes(parts)
        parts += part
        if len(parts) > _MOST_BYTES:
            raise ValueError(f"an answer of more than {_MOST_BYTES} bytes")


def _detail(answer: bytes) -> str:
    """Of application/problem+json, else the begin of what came."""
    try:
        problem: Dict[str, Any] = json.loads(answer)
        return str(problem.get("detail") or problem["title"])
    except (ValueError, KeyError, AttributeError, TypeError):
        return answer[:200].decode(errors="replace")
