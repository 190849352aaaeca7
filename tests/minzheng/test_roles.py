"""The app role works with rows and owns nothing: what the guards promise can't be switched off from the application."""

import psycopg2
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from psycopg2 import errors

from minzheng.servers import OWNER, instance

FORBIDDEN = [
    "CREATE TABLE mine (id int)",
    "DROP TABLE district_division CASCADE",
    "ALTER TABLE district_division DISABLE TRIGGER ALL",
    "TRUNCATE django_session",
    f"SET ROLE {OWNER}",
    "SET session_replication_role = replica",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE EXTENSION hstore",
]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_app_role_is_refused(statement):
    with pytest.raises(ProgrammingError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert isinstance(refused.value.__cause__, errors.InsufficientPrivilege)


@pytest.mark.django_db
def test_the_app_role_owns_no_table_and_is_no_superuser():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)


@pytest.mark.django_db
def test_the_app_role_works_with_the_rows_of_every_table():
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute("SELECT has_table_privilege(%s, 'SELECT, INSERT')", [f'"{table}"'])
            assert cursor.fetchone() == (True,), table


@pytest.mark.django_db
def test_every_function_of_ours_pins_its_search_path():
    """A temporary table of the same name would otherwise fool a trigger."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
            " WHERE r.rolname = %s AND p.proname !~ '^_?pg'"
            " AND NOT EXISTS (SELECT 1 FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%%')"
            " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')",
            [OWNER],
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize("role", ["postgres", "root"])
def test_nobody_connects_as_superuser(role):
    with pytest.raises(psycopg2.OperationalError):
        instance().connect(role, "postgres")
