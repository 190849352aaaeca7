"""Persons, households and memberships, payee accounts, disability certificates, and the import of them."""
