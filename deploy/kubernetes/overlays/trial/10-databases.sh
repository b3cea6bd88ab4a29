#!/bin/sh
# Runs once, on an empty data folder: a database for each service, with an owner of its own.
set -eu
create() {
    psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
        --set owner="guichet_$1" --set password="$2" <<'SQL'
CREATE ROLE :"owner" LOGIN PASSWORD :'password';
CREATE DATABASE :"owner" OWNER :"owner";
REVOKE CONNECT ON DATABASE :"owner" FROM PUBLIC;
SQL
}
create auth "$GUICHET_AUTH_PASSWORD"
create users "$GUICHET_USERS_PASSWORD"
create events "$GUICHET_EVENTS_PASSWORD"
create tickets "$GUICHET_TICKETS_PASSWORD"
create notifications "$GUICHET_NOTIFICATIONS_PASSWORD"
