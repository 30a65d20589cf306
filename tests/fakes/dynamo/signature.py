"""Who calls: a well-formed SigV4 header must be there, and right where a secret is set."""

import calendar
import re
import time

from .errors import SERVICE, ApiError

_HEADER = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/,]+)/(\d{8})/([^/,]+)/([^/,]+)/aws4_request, *"
    r"SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})"
)
_MUST_BE_SIGNED = {"host", "x-amz-date"}
_SKEW_SECONDS = 300


def _refusal(code, message):
    return ApiError(code, message, namespace=SERVICE)


def check(request, settings, now):
    """Raises ApiError unless the request may pass."""
    header = request.headers.get("authorization")
    if not header:
        raise _refusal(
            "MissingAuthenticationTokenException", "Request is missing Authentication Token"
        )
    match = _HEADER.fullmatch(header)
    if not match or not _MUST_BE_SIGNED <= set(match[5].split(";")):
        raise _refusal(
            "IncompleteSignatureException", f"Authorization header is incomplete: {header[:40]}"
        )
    key, date, region, service, signed, signature = match.groups()
    _check_scope(request, settings, date, region, service)
    _check_time(request.headers.get("x-amz-date", ""), now)
    if settings.access_key and key != settings.access_key:
        raise _refusal(
            "UnrecognizedClientException", "The security token included in the request is invalid."
        )
    if (
        settings.session_token
        and request.headers.get("x-amz-security-token") != settings.session_token
    ):
        raise _refusal(
            "UnrecognizedClientException", "The security token included in the request is invalid."
        )
    if settings.secret_key and signature != _expected(
        request, settings, key, region, service, signed
    ):
        raise _refusal(
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided.",
        )


def _check_scope(request, settings, date, region, service):
    if (
        service != "dynamodb"
        or region != settings.region
        or not request.headers.get("x-amz-date", "").startswith(date)
    ):
        raise _refusal(
            "InvalidSignatureException",
            f"Credential should be scoped to {settings.region}/dynamodb and the request's date",
        )


def _check_time(stamp, now):
    try:
        signed_at = calendar.timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        raise _refusal(
            "IncompleteSignatureException", "X-Amz-Date is missing or malformed"
        ) from None
    if abs(signed_at - now) > _SKEW_SECONDS:
        server = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        verb = "Signature expired" if signed_at < now else "Signature not yet current"
        raise _refusal(
            "InvalidSignatureException", f"{verb}: {stamp} is not within 5 min of {server}"
        )


def _expected(request, settings, key, region, service, signed):
    """The signature as botocore, a client of somebody else, computes it."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    headers = {name: request.headers.get(name, "") for name in signed.split(";")}
    url = f"http://{request.headers['host']}{request.path}"
    oracle = AWSRequest(request.method, url, headers=headers, data=request.body)
    oracle.context["timestamp"] = request.headers["x-amz-date"]
    auth = SigV4Auth(Credentials(key, settings.secret_key), service, region)
    return auth.signature(auth.string_to_sign(oracle, auth.canonical_request(oracle)), oracle)
