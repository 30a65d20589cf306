"""The transport to the service, against servers that misbehave."""

import contextlib
import json
import re
import socket
import ssl
import subprocess
import threading
import time

import pytest

from crossfade_router import Unavailable
from crossfade_router.leases import Terms
from crossfade_router.service import Renewal, ServiceClient
from examples import document, rules

RENEWAL = Renewal(Terms(), acknowledged=1, known=1, wait=0)
ANSWER = json.dumps({"rules": document(rules(1)), "lease_ms": 10_000}).encode()


def response(body, size=None, head=b"HTTP/1.1 200 OK"):
    return head + b"\r\nContent-Length: %d\r\n\r\n" % (size or len(body)) + body


def request_of(connection):
    """All of it: a connection that is closed with something unread loses the answer, too."""
    text = ""
    while True:
        head, end, body = text.partition("\r\n\r\n")
        size = re.search(r"Content-Length: (\d+)", head)
        if end and len(body) >= int(size.group(1)):
            return text
        part = connection.recv(65_536).decode()
        if not part:
            raise ConnectionError("a request that ends early")
        text += part


@contextlib.contextmanager
def server(*answers, wrap=lambda connection: connection):
    """Gives each connection the next answer, which is a function of the socket: yields the address
    and the requests."""
    listener = socket.create_server(("127.0.0.1", 0))
    requests = []

    def run():
        for answer in answers:
            try:
                connection = wrap(listener.accept()[0])
            except OSError:
                continue
            with connection, contextlib.suppress(OSError):
                requests.append(request_of(connection))
                answer(connection)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield "%s:%d" % listener.getsockname(), requests
    finally:
        listener.close()
        thread.join(10)


def send(text):
    return lambda connection: connection.sendall(text)


def test_an_answer_in_drops_ends_with_the_time_out():
    stopped = threading.Event()

    def drops(connection):
        connection.sendall(response(b"", size=10_000))
        while not stopped.wait(0.02):
            connection.sendall(b" ")

    with server(drops) as (address, _):
        begin = time.monotonic()
        with pytest.raises(Unavailable):
            ServiceClient(f"http://{address}").lease("shop", "c", RENEWAL, 0.3)
        stopped.set()
        assert time.monotonic() - begin < 5


@pytest.mark.parametrize(
    "answer",
    [
        send(b""),
        send(b"nonsense\r\n\r\n"),
        send(response(ANSWER[:-10])),
        send(response(ANSWER[:-10], size=len(ANSWER))),
        send(response(b"x" * ((8 << 20) + 1))),
        send(response(b"\xff")),
    ],
    ids=["nothing", "no HTTP", "no JSON", "cut off", "too long", "no UTF-8"],
)
def test_what_is_no_answer_is_unavailable(answer):
    with server(answer) as (address, _):
        with pytest.raises(Unavailable, match=address):
            ServiceClient(f"http://{address}").lease("shop", "c", RENEWAL, 10)


def test_a_refusal_is_told_in_the_words_of_the_service():
    problem = response(b'{"title":"Gone","detail":"No such group."}', head=b"HTTP/1.1 404 X")
    with server(send(problem)) as (address, _):
        with pytest.raises(Unavailable, match="answers 404: No such group."):
            ServiceClient(f"http://{address}").lease("shop", "c", RENEWAL, 10)


def test_a_kept_connection_that_was_closed_is_opened_again():
    with server(send(response(ANSWER)), send(response(ANSWER))) as (address, requests):
        client = ServiceClient(f"http://{address}")
        for _ in range(2):
            assert client.lease("shop", "c", RENEWAL, 10).rules == rules(1)
        client.close()
    assert len(requests) == 2


def test_names_are_quoted_where_they_must_be_and_a_path_is_kept():
    with server(send(response(ANSWER))) as (address, requests):
        ServiceClient(f"http://{address}/crossfade/").lease("a/b", "c:1", RENEWAL, 10)
    assert requests[0].startswith("POST /crossfade/v1/groups/a%2Fb/clients/c:1/lease HTTP/1.1")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    key, made = str(folder / "key.pem"), str(folder / "certificate.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        + ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
        + ["-keyout", key, "-out", made],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return key, made


def test_https_with_an_authority_of_ones_own(certificate):
    key, made = certificate
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(made, key)
    theirs = ssl.create_default_context(cafile=made)

    def wrap(connection):
        return ours.wrap_socket(connection, server_side=True)

    with server(send(response(ANSWER)), send(response(ANSWER)), wrap=wrap) as (address, _):
        with pytest.raises(Unavailable, match="CERTIFICATE_VERIFY_FAILED"):
            ServiceClient(f"https://{address}").lease("shop", "c", RENEWAL, 10)
        client = ServiceClient(f"https://{address}", context=theirs)
        assert client.lease("shop", "c", RENEWAL, 10).rules == rules(1)
        client.close()
