"""What accounts must not tell or allow. Floods are tried in tests/auth: here they would silence
the one address that all tests come from. docs/attacks.md has the whole list.
"""

from tests.system.running import PASSWORD, System, fresh_email


async def test_known_and_unknown_addresses_look_the_same(system: System) -> None:
    known, unknown = (await system.register()).email, fresh_email()
    for path, body in (
        ("/auth/login", {"password": "not the password"}),
        ("/auth/password/forgot", {}),
        ("/tickets/orders/access-link", {}),
    ):
        one = await system.call("POST", path, {**body, "email": known})
        other = await system.call("POST", path, {**body, "email": unknown})
        assert (one.status, one.content) == (other.status, other.content), path


async def test_a_common_password_is_refused_and_a_long_one_is_whole(system: System) -> None:
    body = {"name": "Camille", "email": fresh_email()}
    for common in ("password1", "12345678", "iloveyou"):
        sent = {**body, "password": common, "password_confirmation": common}
        assert (await system.call("POST", "/auth/register", sent)).status == 422, common
    long = "pässwörd 🎻 日本語 " + "x" * 64
    sent = {**body, "password": long, "password_confirmation": long}
    await system.expect(201, "POST", "/auth/register", sent)
    cut = {"email": body["email"], "password": long[:-1]}
    assert (await system.call("POST", "/auth/login", cut)).status == 401
    await system.sign_in(body["email"], long)


async def test_a_changed_address_or_password_takes_the_password(system: System) -> None:
    person = await system.register()
    wrong = {"password": "wrong", "email": fresh_email()}
    answer = await system.call("POST", "/auth/email/change", wrong, who=person)
    assert answer.status == 403
    change = {
        "current_password": "wrong",
        "password": "another one 12",
        "password_confirmation": "another one 12",
    }
    answer = await system.call("POST", "/auth/password/change", change, who=person)
    assert answer.status == 403
    await system.sign_in(person.email, PASSWORD)


async def test_a_poisoned_host_reaches_no_mail(system: System) -> None:
    person = await system.register()
    for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}):
        body = {"email": person.email}
        await system.call("POST", "/auth/password/forgot", body, headers=headers)
    mail = await system.mail(person.email, "mot de passe")
    assert "evil.example" not in str(mail)
