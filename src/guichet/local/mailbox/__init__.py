"""The local mailbox: an SMTP server and an SMS sink for development, with a page to read them.

Nothing that arrives here leaves this machine. A production setting refuses to start it.
"""
