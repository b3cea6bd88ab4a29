"""What the use cases of auth work with."""

from dataclasses import dataclass, field

from guichet.auth.keys import KeyRing
from guichet.auth.passwords import Passwords
from guichet.auth.recent_refusals import RecentRefusals
from guichet.auth.secret_box import SecretBox
from guichet.auth.settings import Settings
from guichet.kernel.database import Database


@dataclass(frozen=True, slots=True)
class Context:
    """The open resources of auth, handed to every use case."""

    settings: Settings
    database: Database
    passwords: Passwords
    keys: KeyRing
    box: SecretBox
    refusals: RecentRefusals = field(default_factory=RecentRefusals)
