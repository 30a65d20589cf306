#!/usr/bin/python3
"""Prints sigv4_vectors.json: requests signed by botocore, which sigv4_test.cc holds our signer against.

    /usr/bin/python3 tests/unit/dynamo/sigv4_vectors.py > tests/unit/dynamo/sigv4_vectors.json
"""
import datetime
import json
from unittest import mock

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

AKID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
JSON = "application/x-amz-json-1.0"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


def case(name, host, target, body, when, *, region="us-east-1", service="dynamodb", token=None,
         secret=SECRET, akid=AKID, extra=None):
    headers = {"Host": host, "Content-Type": JSON if service == "dynamodb" else FORM}
    if target:
        headers["X-Amz-Target"] = target
    headers.update(extra or {})
    return {"name": name, "host": host, "headers": headers, "body": body, "when": when, "region": region,
            "service": service, "token": token or "", "access_key": akid, "secret_key": secret}


def cases():
    table = "DynamoDB_20120810."
    stream = "DynamoDBStreams_20120810."
    east = "dynamodb.us-east-1.amazonaws.com"
    new_year = "20260101T000000Z"
    yield case("list tables", east, table + "ListTables", "{}", new_year)
    yield case("list streams with a token", "streams.dynamodb.us-east-1.amazonaws.com", stream + "ListStreams",
               "{}", new_year, token="TOKENEXAMPLE")
    yield case("leap day, last second", east, table + "PutItem", '{"TableName":"Orders"}', "20280229T235959Z")
    yield case("empty body", east, table + "ListTables", "", new_year)
    yield case("text beyond ASCII", "dynamodb.eu-central-1.amazonaws.com", table + "PutItem",
               '{"Item":{"name":{"S":"Zoë 東京 🚚"}}}', "20261120T101112Z", region="eu-central-1")
    yield case("a large body", east, table + "BatchWriteItem", '{"x":"' + "0123456789" * 2_000 + '"}', new_year)
    yield case("another region and partition", "dynamodb.cn-north-1.amazonaws.com.cn", table + "Scan",
               '{"TableName":"Orders","Segment":3,"TotalSegments":8}', "20260704T120000Z", region="cn-north-1")
    yield case("a port in the host", "127.0.0.1:8000", table + "DescribeTable", '{"TableName":"a"}', new_year)
    yield case("a token with signs", east, table + "GetItem", "{}", new_year,
               token="IQoJb3JpZ2luX2VjEH8a//////////wEaCXVzLWVhc3QtMSJHMEUCIQ+/=" * 8)
    yield case("blanks in header values", east, table + "Query", "{}", new_year,
               extra={"X-Amz-Note": "  two   blanks\tand a tab  "})
    yield case("header names that sort unlike they are written", east, table + "Query", "{}", new_year,
               extra={"X-Amz-Z": "1", "x-amz-a": "2", "Accept-Language": "de"})
    yield case("a short secret", east, table + "Query", "{}", new_year, secret="k", akid="crossfade")
    yield case("assume a role", "sts.eu-west-1.amazonaws.com", None,
               "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx", new_year,
               region="eu-west-1", service="sts")


def sign(one):
    """botocore's own steps, with its clock held still."""
    when = datetime.datetime.strptime(one["when"], "%Y%m%dT%H%M%SZ")
    credentials = Credentials(one["access_key"], one["secret_key"], one["token"] or None)
    request = AWSRequest("POST", f"https://{one['host']}/", headers=one["headers"], data=one["body"].encode())
    signer = botocore.auth.SigV4Auth(credentials, one["service"], one["region"])
    with mock.patch("botocore.auth.datetime") as clock:
        clock.datetime.utcnow.return_value = when
        signer.add_auth(request)
    authorization = request.headers["Authorization"]
    del request.headers["Authorization"]
    canonical = signer.canonical_request(request)
    return {**one, "canonical_request": canonical, "string_to_sign": signer.string_to_sign(request, canonical),
            "authorization": authorization}


if __name__ == "__main__":
    print(json.dumps([sign(one) for one in cases()], indent=1))
