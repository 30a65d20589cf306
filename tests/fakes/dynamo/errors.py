"""Errors as DynamoDB answers them."""

DYNAMODB = "com.amazonaws.dynamodb.v20120810"
CORAL = "com.amazon.coral.validate"
SERVICE = "com.amazon.coral.service"


class ApiError(Exception):
    """An answer that is not a success. `fields` go into its body beside the message."""

    def __init__(self, code, message, status=400, namespace=DYNAMODB, **fields):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.namespace = namespace
        self.fields = fields

    def body(self):
        return {"__type": f"{self.namespace}#{self.code}", "message": self.message, **self.fields}


def validation(message):
    return ApiError("ValidationException", message, namespace=CORAL)


def invalid(parameter):
    return validation(f"One or more parameter values were invalid: {parameter}")


def not_found(what):
    return ApiError("ResourceNotFoundException", f"Requested resource not found: {what}")


def in_use(what):
    return ApiError("ResourceInUseException", what)


def condition_failed(item=None):
    fields = {} if item is None else {"Item": item}
    return ApiError("ConditionalCheckFailedException", "The conditional request failed", **fields)


def trimmed():
    return ApiError(
        "TrimmedDataAccessException",
        "The operation attempted to read past the oldest stream record in a shard",
    )


def expired_iterator():
    return ApiError(
        "ExpiredIteratorException", "Iterator expired. The iterator was created too long ago"
    )


def limit_exceeded(what):
    return ApiError("LimitExceededException", what)


def throughput_exceeded():
    return ApiError(
        "ProvisionedThroughputExceededException",
        "The level of configured provisioned throughput for the table was exceeded. "
        "Consider increasing your provisioning level with the UpdateTable API.",
    )
