"""The errors, in one place.

CorpusmithError                 what the user can act on; printed as one line, no traceback
├── UsageError                  a wrong argument, path, column or option           exit 2
│   └── RecipeError             a recipe that does not validate                    exit 2
├── SourceError                 data that cannot be read at all                    exit 1
├── RunFolderError              the run folder is taken, foreign or unwritable     exit 1
├── ModelStoreError             a local model is missing, corrupt or not to be had exit 1
├── MissingCapability           a backend lacks what is asked of it                exit 1
├── EndpointError               a call that got no accepted reply
│   ├── RetryableError          429, 5xx, reset, timeout, cut body: asked again
│   └── FatalEndpointError      401, 403, unknown model, unreachable: stops the run    exit 1
├── AnswerError                 a reply that came but cannot be used; a reason, never a crash
└── RunStopped                  going on makes no sense; the run ends cleanly      exit 4
    ├── BudgetExhausted         the cap is reached                                 exit 4
    ├── BatchWaiting            requests wait in a file for somebody's answers     exit 4
    └── RejectionRate           one reason takes too many of the last candidates   exit 4

A bad row is data (a reject or a failure with a reason), not an exception. Exceptions are for what
stops an item or a run.
"""

from __future__ import annotations

from typing import ClassVar


class CorpusmithError(Exception):
    """Base of everything that is raised on purpose."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        """Take what went wrong (what, where, the value) and, as `hint`, what to do about it."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class UsageError(CorpusmithError):
    """An argument, path, column or option that cannot be right."""

    exit_code = 2


class RecipeError(UsageError):
    """A recipe or policy that does not validate; the message has file, line and key path."""


class SourceError(CorpusmithError):
    """Data that cannot be read at all (one bad line is a counted failure instead)."""


class RunFolderError(CorpusmithError):
    """The run folder belongs to another recipe or process, or cannot be written."""


class ModelStoreError(CorpusmithError):
    """A local model is missing, corrupt, or cannot be fetched."""


class MissingCapability(CorpusmithError):
    """A backend cannot do what a builder or check needs; raised before anything is sent."""


class EndpointError(CorpusmithError):
    """A call that ended without an accepted reply.

    `kind` is a slug for counting ("http_400", "timeout" ...); `body` the start of what the server said.
    """

    def __init__(
        self, message: str, *, kind: str, status: int | None = None, body: str = "", hint: str | None = None
    ) -> None:
        """Take the message, the slug of its cause, the HTTP status if any, and a short body."""
        super().__init__(message, hint=hint)
        self.kind = kind
        self.status = status
        self.body = body


class RetryableError(EndpointError):
    """429, 5xx, reset, timeout, cut body, a page where JSON should be: worth asking again."""

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        status: int | None = None,
        body: str = "",
        retry_after: float | None = None,
    ) -> None:
        """Take what EndpointError takes, and the server's Retry-After in seconds if it gave one."""
        super().__init__(message, kind=kind, status=status, body=body)
        self.retry_after = retry_after


class FatalEndpointError(EndpointError):
    """No other call can succeed either: the run stops at once."""


class AnswerError(CorpusmithError):
    """A reply came, but it is not a usable answer after all attempts.

    `reason` is a slug (invalid_structure, truncated, refused, content_filter, empty_reply); `raw` the last text.
    """

    def __init__(self, reason: str, message: str, *, raw: str = "", calls: tuple[str, ...] = ()) -> None:
        """Take the slug, the message, the last reply's text and the keys of the calls spent."""
        super().__init__(message)
        self.reason = reason
        self.raw = raw
        self.calls = calls


class RunStopped(CorpusmithError):
    """The run ends here, with what it has; the same command goes on from there."""

    exit_code = 4


class BudgetExhausted(RunStopped):
    """The budget does not allow another call."""


class BatchWaiting(RunStopped):
    """Requests are in a batch file, and their answers are not there yet."""


class RejectionRate(RunStopped):
    """One reason rejects so many candidates that going on would waste calls."""
