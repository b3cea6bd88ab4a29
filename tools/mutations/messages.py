"""Messages and logs of changes: none lost, none handled twice, none altered."""

from tools.mutations import Mutation

INBOX = "src/guichet/kernel/inbox.py"
AUDIT = "src/guichet/kernel/audit.py"

MUTATIONS = (
    Mutation(
        "inbox-check",
        "A message that is delivered again changes nothing.",
        INBOX,
        "if await _mark(transaction, [received.message_id]):",
        "if await _mark(transaction, [received.message_id]) or received:",
        ("tests/kernel/test_inbox.py::test_a_message_that_comes_twice_has_one_effect",),
    ),
    Mutation(
        "inbox-check-of-many",
        "Nor does one that comes twice among many.",
        INBOX,
        "        if received.message_id in unseen:\n            unseen.remove(received.message_id)\n",
        "        if received.message_id:\n",
        ("tests/kernel/test_inbox.py::test_messages_that_come_together_share_a_commit",),
    ),
    Mutation(
        "inbox-of-a-dead-letter",
        "A dead letter that is tried again is handled once, whatever came meanwhile.",
        INBOX,
        "if await _mark(transaction, [row.message_id]):",
        "if await _mark(transaction, [row.message_id]) or row:",
        (
            "tests/kernel/test_inbox.py::test_a_letter_whose_message_got_through_meanwhile_has_no_second_effect",
        ),
    ),
    Mutation(
        "outbox-in-the-same-transaction",
        "A change and the message of it are stored together, or neither.",
        "src/guichet/kernel/outbox.py",
        "    headers = outgoing_headers()\n    await transaction.execute(\n",
        "    await transaction.commit()\n    headers = outgoing_headers()\n    await transaction.execute(\n",
        ("tests/kernel/test_outbox.py::test_what_was_rolled_back_is_never_sent",),
    ),
    Mutation(
        "outbox-marked-after-sending",
        "A message that could not be sent is sent later.",
        "src/guichet/kernel/outbox.py",
        "await self._bus.publish(packed)",
        "await asyncio.gather(self._bus.publish(packed), return_exceptions=True)",
        ("tests/kernel/test_outbox.py::test_what_could_not_be_sent_stays",),
    ),
    Mutation(
        "outbox-rows-locked",
        "Each message is sent by one replica.",
        "src/guichet/kernel/outbox.py",
        " FOR UPDATE SKIP LOCKED",
        "",
        ("tests/kernel/test_outbox.py::test_two_relays_share_the_work",),
    ),
    Mutation(
        "packed-under-its-own-id",
        "Messages that travel together are taken for no others that begin as they do.",
        "src/guichet/kernel/packing.py",
        '" ".join(message.message_id for message in run)',
        "run[0].message_id",
        ("tests/kernel/test_packing.py::test_a_pack_has_an_id_of_exactly_what_it_holds",),
    ),
    Mutation(
        "packed-until-all-is-done",
        "One message that failed comes again, whatever it travelled with.",
        "src/guichet/kernel/bus.py",
        "    if again:\n        await message.nak",
        "    if len(again) == len(verdicts):\n        await message.nak",
        ("tests/kernel/test_bus.py::test_what_travels_together_comes_again_until_all_is_done",),
    ),
    Mutation(
        "mail-once",
        "What is told twice is mailed once.",
        "src/guichet/notifications/repository/deliveries.py",
        "ON CONFLICT (dedup_key) DO NOTHING",
        "ON CONFLICT (dedup_key) DO UPDATE SET status = 'waiting'",
        ("tests/notifications/test_repository.py::test_what_is_told_twice_is_queued_once",),
    ),
    Mutation(
        "audit-chain",
        "A changed entry of the audit log no longer fits its hash.",
        "src/guichet/kernel/audit_chain.py",
        "if entry.hash != entry_hash(entry, position, previous):",
        "if not entry.hash:",
        ("tests/kernel/test_audit.py::test_what_was_spoiled_shows",),
    ),
    Mutation(
        "audit-gap",
        "A deleted entry of the audit log leaves a gap that is seen.",
        "src/guichet/kernel/audit_chain.py",
        "    if found != position:\n",
        "    if not found:\n",
        ("tests/kernel/test_audit.py::test_what_was_spoiled_shows",),
    ),
    Mutation(
        "audit-only-grows",
        "The database refuses to delete from the audit log.",
        "src/guichet/kernel/audit_schema.py",
        "BEFORE DELETE OR TRUNCATE ON audit_entries",
        "BEFORE TRUNCATE ON audit_entries",
        ("tests/kernel/test_audit.py::test_the_database_refuses_changes",),
    ),
    Mutation(
        "audit-sealed-once",
        "The database refuses to change an entry that is sealed.",
        "src/guichet/kernel/audit_schema.py",
        "WHEN (OLD.hash IS NOT NULL OR NEW.hash IS NULL OR",
        "WHEN (NEW.hash IS NULL OR",
        ("tests/kernel/test_audit.py::test_the_database_refuses_changes",),
    ),
)
