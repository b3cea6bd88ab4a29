"""What can stop the local system, said in one sentence with its mend."""

from guichet.local.texts import say


class LocalError(Exception):
    """Something the person at the keyboard can mend; shown without a traceback.

    `key` names a sentence of `guichet.local.texts`, `values` fill its gaps.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def __str__(self) -> str:
        return say(self.key, **self.values)
