#!/usr/bin/env bash
# Runs once, in a new database cluster: the two roles, the database, and what the app role may do with future tables.
# The same as ROLES and GRANTS in minzheng/servers.py, with passwords.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --set owner_pw="$OWNER_DB_PASSWORD" --set app_pw="$APP_DB_PASSWORD" \
    --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
CREATE ROLE minzheng_owner LOGIN NOSUPERUSER PASSWORD :'owner_pw';
CREATE ROLE minzheng_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'app_pw';
CREATE DATABASE minzheng OWNER minzheng_owner;
\connect minzheng
SET ROLE minzheng_owner;
GRANT USAGE ON SCHEMA public TO minzheng_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO minzheng_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO minzheng_app;
SQL
