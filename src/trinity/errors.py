"""Every exception Trinity raises on purpose, and how each reaches a user.

    TrinityError                 exit 1   500
    ├── UsageError               exit 2   400    the command line was used wrongly
    ├── InvalidRequest           exit 2   400    a prompt, image or parameter cannot be served
    │   ├── TooLarge             exit 2   413    it is over a size limit
    │   └── ContextExceeded      exit 2   400    the prompt leaves no room for an answer
    ├── NotFound                 exit 2   404    no such model, file or route
    ├── Unauthorised             exit 2   401    missing or wrong API key
    ├── Forbidden                exit 2   403    a key or a web page that may not do this
    ├── CheckpointError          exit 3   500    the weights on disk are not what they should be
    ├── ConfigError              exit 2   500    a configuration contradicts itself
    ├── Overloaded               exit 1   429    the queue is full; try again later
    └── EngineDead               exit 1   503    the engine stopped and cannot serve

A message is one sentence that says what was given, what is allowed, and what to do.
"""


class TrinityError(Exception):
    """Base of all errors that are meant for a user to read."""

    exit_code = 1
    http_status = 500

    def __init__(self, message: str, *, param: str | None = None) -> None:
        """Carry `message` for people and, where one field is to blame, its name in `param`."""
        super().__init__(message)
        self.message = message
        self.param = param


class UsageError(TrinityError):
    """The command line was used wrongly."""

    exit_code = 2
    http_status = 400


class InvalidRequest(TrinityError):
    """A prompt, an image or a parameter cannot be served as given."""

    exit_code = 2
    http_status = 400


class TooLarge(InvalidRequest):
    """Something in the request is over a size limit."""

    http_status = 413


class ContextExceeded(InvalidRequest):
    """The prompt is longer than the context leaves room for."""


class NotFound(TrinityError):
    """The named model, file or route does not exist."""

    exit_code = 2
    http_status = 404


class Unauthorised(TrinityError):
    """The API key is missing or wrong."""

    exit_code = 2
    http_status = 401


class Forbidden(TrinityError):
    """Who asks is known, and may not do this."""

    exit_code = 2
    http_status = 403


class CheckpointError(TrinityError):
    """The files of a checkpoint are missing, damaged, or not what its config says."""

    exit_code = 3


class ConfigError(TrinityError):
    """A configuration contradicts itself or the machine."""

    exit_code = 2


class Overloaded(TrinityError):
    """The queue is full."""

    http_status = 429


class EngineDead(TrinityError):
    """The engine stopped and cannot serve any more."""

    http_status = 503
