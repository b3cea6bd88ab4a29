"""What events is told from outside."""

from pydantic import Field

from guichet.kernel.settings import CommonSettings


class Settings(CommonSettings):
    """The settings of events, on top of those that every process has."""

    events_dsn: str = Field(default="", repr=False)
