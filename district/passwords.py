"""Passwords: how strong they must be, and how a first one is made up."""

import secrets
from typing import Any

from django.core.exceptions import ValidationError

# Without what is easily misread on paper: 0 O 1 l I.
_LETTERS, _DIGITS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"
_GROUPS, _GROUP_LENGTH = 3, 4

# What AUTH_PASSWORD_VALIDATORS asks for, in the words of the page.
PASSWORD_RULES = (
    "不少于 8 位。",
    "字母、数字、符号中至少有两种。",
    "不能是常见密码（例如 password1、abc12345）。",
    "不能与账号、姓名、电话相近。",
)


def make_password() -> str:
    """A first password that can be dictated: three groups of four letters and digits (about 68 bits)."""
    while True:
        groups = [
            "".join(secrets.choice(_LETTERS + _DIGITS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS)
        ]
        text = "-".join(groups)
        if any(c in _DIGITS for c in text) and any(c in _LETTERS for c in text):
            return text


class MixedCharactersValidator:
    """At least two of letters, digits and signs; a password of one kind alone is guessed first."""

    def validate(self, password: str, user: Any = None) -> None:
        kinds = [
            any(c.isalpha() for c in password),
            any(c.isdigit() for c in password),
            any(not c.isalnum() for c in password),
        ]
        if sum(kinds) < 2:
            raise ValidationError("密码须含字母、数字、符号中的至少两种。", code="password_one_kind")

    def get_help_text(self) -> str:
        return "密码须含字母、数字、符号中的至少两种。"
