"""What the settings make of an SMTP address, and when SMS are sent at all."""

import pytest

from guichet.kernel.settings import Environment
from guichet.notifications.channels import MailServer
from guichet.notifications.settings import Settings, mail_server_of


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:7025", MailServer("127.0.0.1", 7025)),
        ("smtp://mail.example.com", MailServer("mail.example.com", 25)),
        (
            "smtp+starttls://a%40b:p%2Fw@mail.example.com",
            MailServer("mail.example.com", 587, "a@b", "p/w", require_tls=True),
        ),
        ("smtps://mail.example.com", MailServer("mail.example.com", 465, use_tls=True)),
    ],
)
def test_an_smtp_address_says_where_as_whom_and_how_safely(url: str, server: MailServer) -> None:
    assert mail_server_of(url) == server


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="GUICHET_SMTP_URL"):
        mail_server_of(url)


def test_mail_goes_to_the_local_mailbox_unless_a_server_is_named() -> None:
    assert Settings(port_shift=100).mail_server == MailServer("127.0.0.1", 7125)
    assert Settings(smtp_url="smtp://mail.example.com").mail_server.host == "mail.example.com"


def test_production_sends_no_sms_until_a_provider_is_named() -> None:
    production = Environment.PRODUCTION
    assert Settings(environment=production).sms == "none"
    assert Settings(environment=production, sms_provider="twilio").sms == "twilio"
    assert Settings().sms == "local"


def test_secrets_stay_out_of_the_settings_representation() -> None:
    shown = repr(Settings(smtp_url="smtp://a:geheim@b", twilio_auth_token="geheim"))
    assert "geheim" not in shown
