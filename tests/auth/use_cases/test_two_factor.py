"""Two-factor sign-in: no code counts twice, and the phone can be lost."""

import asyncio
from datetime import timedelta

import pytest
from pyotp.totp import TOTP

from guichet.auth.use_cases import passwords
from guichet.contracts.messages.auth import PasswordResetRequested
from guichet.kernel import clock
from tests.auth.conftest import PASSWORD, Answer, Auth

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Phone:
    """An authenticator app; `wait` moves everybody's clock to the next code."""

    def __init__(self, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self._totp = TOTP(secret)
        self._monkeypatch = monkeypatch

    @property
    def code(self) -> str:
        self.given = self._totp.at(clock.now())
        return self.given

    def wait(self) -> None:
        present = clock.now
        self._monkeypatch.setattr(clock, "now", lambda: present() + timedelta(seconds=30))


async def enabled(
    auth: Auth, email: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, Phone, list[str]]:
    """Register somebody with two factors; returns token, phone and recovery codes."""
    token = (await auth.register(email))["token"]
    enrolled = await auth.ask("POST", "/totp/enrol", {"password": PASSWORD}, token=token)
    assert enrolled.status == 200
    phone = Phone(enrolled.body["secret"], monkeypatch)
    confirmed = await auth.ask("POST", "/totp/confirm", {"code": phone.code}, token=token)
    assert confirmed.status == 200
    assert confirmed.body["user"]["two_factor_enabled"] is True
    return token, phone, confirmed.body["recovery_codes"]


async def login(auth: Auth, email: str, code: str, address: str | None = None) -> Answer:
    body = {"email": email, "password": PASSWORD, "totp_code": code}
    return await auth.ask("POST", "/login", body, address=address)


async def test_enrolment_shows_the_secret_in_three_ways(auth: Auth) -> None:
    token = (await auth.register("enrol@example.com"))["token"]
    answer = await auth.ask("POST", "/totp/enrol", {"password": PASSWORD}, token=token)
    assert answer.body["otpauth_uri"].startswith("otpauth://totp/Guichet:enrol%40example.com?")
    assert answer.body["secret"] in answer.body["otpauth_uri"]
    assert answer.body["qr_svg"].startswith("<svg")
    assert answer.headers["Cache-Control"] == "no-store"
    # Until it is confirmed, signing in takes no code.
    assert (await auth.login("enrol@example.com")).status == 200


async def test_setting_it_up_takes_the_password_and_a_right_code(auth: Auth) -> None:
    token = (await auth.register("setup@example.com"))["token"]
    confirm = await auth.ask("POST", "/totp/confirm", {"code": "000000"}, token=token)
    assert (confirm.status, confirm.code) == (409, "totp_not_enrolled")
    for body in ({}, {"password": "wrong one"}):
        assert (await auth.ask("POST", "/totp/enrol", body, token=token)).status == 403
    await auth.ask("POST", "/totp/enrol", {"password": PASSWORD}, token=token)
    confirm = await auth.ask("POST", "/totp/confirm", {"code": "abcdef"}, token=token)
    assert (confirm.status, confirm.code) == (403, "totp_wrong")


async def test_sign_in_asks_for_a_code_once_the_password_was_right(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, phone, _ = await enabled(auth, "asks@example.com", monkeypatch)
    missing = await auth.login("asks@example.com")
    assert (missing.status, missing.code) == (401, "totp_required")
    wrong_password = await auth.login("asks@example.com", "wrong one", totp_code=phone.code)
    assert wrong_password.code == "wrong_credentials"
    phone.wait()
    wrong = await login(auth, "asks@example.com", "000000")
    assert (wrong.status, wrong.code) == (401, "totp_wrong")
    assert (await login(auth, "asks@example.com", phone.code)).status == 200


async def test_no_code_counts_twice(auth: Auth, monkeypatch: pytest.MonkeyPatch) -> None:
    _, phone, _ = await enabled(auth, "once@example.com", monkeypatch)
    # The code that confirmed the enrolment is spent too.
    assert (await login(auth, "once@example.com", phone.given)).status == 401
    phone.wait()
    code = phone.code
    answers = await asyncio.gather(*(login(auth, "once@example.com", code) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [200, 401, 401, 401]
    phone.wait()
    assert (await login(auth, "once@example.com", code)).status == 401
    assert (await login(auth, "once@example.com", phone.code)).status == 200


async def test_guessing_codes_is_throttled(auth: Auth, monkeypatch: pytest.MonkeyPatch) -> None:
    _, phone, _ = await enabled(auth, "codes@example.com", monkeypatch)
    phone.wait()
    tries = [
        (await login(auth, "codes@example.com", f"00000{n}", "192.0.2.70")).status for n in range(7)
    ]
    assert tries == [401] * 5 + [429] * 2
    assert (await login(auth, "codes@example.com", phone.code)).status == 200


async def test_each_recovery_code_works_once(auth: Auth, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, codes = await enabled(auth, "lost@example.com", monkeypatch)
    typed = codes[0].upper().replace("-", " ")
    assert (await login(auth, "lost@example.com", typed)).status == 200
    assert (await login(auth, "lost@example.com", codes[0])).status == 401
    assert (await login(auth, "lost@example.com", codes[1])).status == 200


async def test_it_ends_by_the_password_and_a_code(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, phone, codes = await enabled(auth, "ends@example.com", monkeypatch)
    again = await auth.ask("POST", "/totp/enrol", {"password": PASSWORD}, token=token)
    assert (again.status, again.code) == (409, "totp_already_enabled")
    phone.wait()
    for body, status in (
        ({"code": phone.code}, 403),
        ({"password": "wrong one", "code": phone.code}, 403),
        ({"password": PASSWORD, "code": "000000"}, 403),
        ({"password": PASSWORD}, 422),
    ):
        assert (await auth.ask("POST", "/totp/disable", body, token=token)).status == status
    body = {"password": PASSWORD, "code": phone.code}
    ended = await auth.ask("POST", "/totp/disable", body, token=token)
    assert ended.body["user"]["two_factor_enabled"] is False
    assert (await auth.login("ends@example.com")).status == 200
    body = {"password": PASSWORD, "code": codes[0]}
    answer = await auth.ask("POST", "/totp/disable", body, token=token)
    assert (answer.status, answer.code) == (409, "totp_not_enrolled")


async def test_whoever_reads_an_unverified_address_is_not_locked_out_by_a_strangers_phone(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, _, _ = await enabled(auth, "squatted@example.com", monkeypatch)
    account_id = (await auth.ask("GET", "/user", token=token)).body["id"]
    await auth.ask("POST", "/password/forgot", {"email": "squatted@example.com"})
    while not await auth.messages(PasswordResetRequested, account_id):
        await passwords.send_reset_links(auth.context)
        await asyncio.sleep(0.02)
    (message,) = await auth.messages(PasswordResetRequested, account_id)
    body = {"token": message["reset_token"], "password": "un tout autre mot"}
    assert (await auth.ask("POST", "/password/reset", body)).status == 200
    assert (await auth.login("squatted@example.com", "un tout autre mot")).status == 200
