"""Addresses in mails lead into the web app, and keep secrets out of logs."""

from urllib.parse import urlsplit

from guichet.notifications.links import Links, event_path, order_path

links = Links("https://tickets.example.com/")


def test_a_secret_stands_behind_the_hash() -> None:
    for address in (
        links.verify_email("se/cr?et"),
        links.reset_password("se/cr?et"),
        links.order("7K3-9QX", "se/cr?et"),
    ):
        parts = urlsplit(address)
        assert "se%2Fcr%3Fet" in parts.fragment
        assert "cr" not in parts.path.replace("orders", "") + parts.query


def test_an_order_of_an_account_has_no_secret() -> None:
    assert links.order("7K3-9QX") == "https://tickets.example.com/my/orders/7K3-9QX"


def test_no_path_begins_with_a_direct_route_of_the_load_balancer() -> None:
    direct = ("auth", "users", "events", "tickets", "notifications")
    addresses = [
        links.verify_email("t"),
        links.reset_password("t"),
        links.order("c", "t"),
        links.event(1),
        links.preferences(),
        links.home + order_path("c"),
        links.home + event_path(1),
    ]
    assert all(urlsplit(address).path.split("/")[1] not in direct for address in addresses)


def test_a_code_cannot_leave_its_place() -> None:
    assert order_path("../../x") == "/my/orders/..%2F..%2Fx"
