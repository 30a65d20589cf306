"""The least that talks to DynamoDB Local: one keep-alive connection, a signature only for show.

DynamoDB Local does not verify signatures; a real client would cost more than what is measured.
"""

import http.client
import json
import time
import urllib.parse

import surroundings  # noqa: F401  (finds the harness)
from harness import stores

_ID = stores.CREDENTIALS["AWS_ACCESS_KEY_ID"]


class RawDynamo:
    """One connection, one thread. Connects at the first call."""

    def __init__(self, endpoint):
        parts = urllib.parse.urlsplit(endpoint)
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)

    def call(self, operation, body):
        """The answer's bytes. Raises RuntimeError with the error body for anything but success."""
        day = time.strftime("%Y%m%d", time.gmtime())
        self._connection.request(
            "POST",
            "/",
            body if isinstance(body, bytes) else json.dumps(body).encode(),
            {
                "Content-Type": "application/x-amz-json-1.0",
                "X-Amz-Target": f"DynamoDB_20120810.{operation}",
                "X-Amz-Date": f"{day}T000000Z",
                "Authorization": f"AWS4-HMAC-SHA256 Credential={_ID}/{day}/{stores.REGION}/dynamodb"
                f"/aws4_request, SignedHeaders=host;x-amz-date, Signature={'0' * 64}",
            },
        )
        reply = self._connection.getresponse()
        text = reply.read()
        if reply.status != 200:
            raise RuntimeError(f"{operation}: {reply.status} {text[:500].decode()}")
        return text

    def close(self):
        self._connection.close()
