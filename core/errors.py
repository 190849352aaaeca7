"""Errors that a user may read. Anything else that goes wrong is a fault of the program, not a message."""


class UserError(Exception):
    """Something the user can understand and put right; `message` is plain Chinese, `field` the form field meant."""

    def __init__(self, message: str, field: str | None = None):
        super().__init__(message)
        self.message = message
        self.field = field


def typed(error: UserError) -> UserError:
    """What a reader of ledgers says of a cell, said of what somebody has typed."""
    return UserError(error.message.replace("表中为", "填的是"), error.field)


class NotAllowed(UserError):
    """The user may not do this (role, area, line, or maker = checker)."""


class Conflict(UserError):
    """Someone else changed the same thing first; `changes` lists what (lines of Chinese text)."""

    def __init__(self, message: str, changes: list[str] | None = None):
        super().__init__(message)
        self.changes = changes or []
