"""Registering, signing in and out over HTTP, as old and new clients do."""

from tests.auth.conftest import PASSWORD, Auth


async def test_the_replaced_systems_requests_work_in_their_order(auth: Auth) -> None:
    body = {
        "name": "Camille Martin",
        "email": "Camille@Example.com",
        "password": PASSWORD,
        "password_confirmation": PASSWORD,
        "phone_number": "+33 6 12 34 56 78",
        "city": "Lyon",
    }
    registered = await auth.ask("POST", "/register", body)
    assert registered.status == 201
    assert registered.body["token_type"] == "Bearer"
    assert registered.body["expires_in"] == 900
    user = registered.body["user"]
    assert (user["email"], user["role"], user["city"]) == ("camille@example.com", "user", "Lyon")
    assert user["email_verified"] is False

    signed_in = await auth.ask(
        "POST", "/login", {"email": "camille@example.com", "password": PASSWORD}
    )
    assert signed_in.status == 200
    token = signed_in.body["token"]

    me = await auth.ask("GET", "/user", token=token)
    assert (me.status, me.body) == (200, user)

    assert (await auth.ask("POST", "/logout", token=token)).status == 200
    assert (await auth.ask("GET", "/user", token=token)).status == 401
