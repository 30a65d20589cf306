"""What the package raises on purpose."""


class RouterError(Exception):
    """The base of all errors of this package."""


class Retryable(RouterError):
    """Nothing was written: try again after `retry_after` seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Fenced(Retryable):
    """The subject is moving to the other side: for a moment nobody may write it. Reads go on."""


class NoLease(Retryable):
    """The client does not know that its rules still hold (long enough for another write), and
    neither the service nor the control table has told it."""


class LateWrite(RouterError):
    """The write took longer than its lease: another client may have written the subject on the
    other side meanwhile. Its outcome is unknown, so it is not retryable as it is: take it for a
    write whose reply was lost."""


class Unavailable(RouterError):
    """A source of rules did not answer, or not with rules that can be used."""


class Closed(RouterError):
    """The router was closed, or not started."""
