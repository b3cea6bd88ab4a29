#!/bin/sh
# Runs once, on an empty data folder: a database for each service, an owner that migrates it, and
# the role that the service runs as, which owns nothing.
set -eu
create() {
    psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
        --set owner="guichet_$1" --set owner_password="$2" \
        --set service="guichet_$1_service" --set service_password="$3" <<'SQL'
CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
CREATE ROLE :"service" LOGIN PASSWORD :'service_password';
CREATE DATABASE :"owner" OWNER :"owner";
REVOKE ALL ON DATABASE :"owner" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"owner" TO :"service";
SQL
}
create auth "$GUICHET_AUTH_OWNER_PASSWORD" "$GUICHET_AUTH_PASSWORD"
create users "$GUICHET_USERS_OWNER_PASSWORD" "$GUICHET_USERS_PASSWORD"
create events "$GUICHET_EVENTS_OWNER_PASSWORD" "$GUICHET_EVENTS_PASSWORD"
create tickets "$GUICHET_TICKETS_OWNER_PASSWORD" "$GUICHET_TICKETS_PASSWORD"
create notifications "$GUICHET_NOTIFICATIONS_OWNER_PASSWORD" "$GUICHET_NOTIFICATIONS_PASSWORD"
