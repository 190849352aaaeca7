"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane (OWASP's smallest setting): a township's morning log-in must not
    take the server down, which PBKDF2's half a second a log-in does on two cores."""

    memory_cost = 19_456
    time_cost = 2
    parallelism = 1
