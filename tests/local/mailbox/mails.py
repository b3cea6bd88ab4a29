"""A mail to put into a mailbox."""

from email.message import EmailMessage


def mail(
    subject: str = "Vos billets « Été »",
    message_id: str = "<one@example.com>",
    html: str = "<!doctype html><html><head></head><body><p>Bonjour</p></body></html>",
) -> EmailMessage:
    """Return a mail with text, HTML and a file."""
    message = EmailMessage()
    message["From"] = "Guichet <guichet@example.com>"
    message["To"] = "Buyer <buyer@example.com>"
    message["Subject"] = subject
    message["Message-ID"] = message_id
    message.set_content("Bonjour,\n\nvoici vos billets.\n")
    message.add_alternative(html, subtype="html")
    message.add_attachment(
        b"%PDF-1.7 \xff", maintype="application", subtype="pdf", filename="billets é.pdf"
    )
    return message
