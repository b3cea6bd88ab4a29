"""What can go wrong with a backup of payments, each by its own name."""


class PaymentBackupError(Exception):
    """A backup of payments could not be taken or read."""


class BackupsAreOff(PaymentBackupError):
    """No key is set (GUICHET_TICKETS_BACKUP_KEY), so nothing may leave the database."""


class AnotherRunIsUnderWay(PaymentBackupError):
    """Another process is just backing up; one at a time does."""


class TargetRefused(PaymentBackupError):
    """The place of the backups did not take or give what was asked, after several attempts."""


class UnknownKey(PaymentBackupError):
    """A record was encrypted with a key that is not among those given."""


class DamagedRecord(PaymentBackupError):
    """A record is not what was written at its place: altered, moved or cut off."""
