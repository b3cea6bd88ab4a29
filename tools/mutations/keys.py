"""Keys: what a database holds once, whoever writes it twice."""

from tools.mutations import Mutation

PAGE = "tests/test_database_guards.py::test_the_page_says_what_migrated_databases_refuse"
TICKETS = "src/guichet/tickets/migrations/versions"

MUTATIONS = (
    Mutation(
        "address-once",
        "An address belongs to one account.",
        "src/guichet/auth/migrations/versions/0001_accounts.py",
        '        sa.UniqueConstraint("email"),\n',
        "",
        (PAGE, "tests/auth/test_repository.py::test_an_address_belongs_to_one_account"),
    ),
    Mutation(
        "intent-once",
        "A payment of the provider belongs to one order.",
        f"{TICKETS}/0002_sales.py",
        '        sa.UniqueConstraint("intent_id"),\n',
        "",
        (PAGE,),
    ),
    Mutation(
        "cancelled-once",
        "A ticket is cancelled, and paid back, once.",
        f"{TICKETS}/0010_refunds.py",
        '        ["ticket_id"],\n        unique=True,\n',
        '        ["ticket_id"],\n',
        (PAGE,),
    ),
    Mutation(
        "message-to-holders-once",
        "A message to holders that is asked for twice under a key is one.",
        f"{TICKETS}/0008_staff.py",
        '        ["event_id", "key"],\n        unique=True,\n',
        '        ["event_id", "key"],\n',
        (PAGE,),
    ),
    Mutation(
        "one-document-a-sale",
        "A sale has one receipt or invoice.",
        f"{TICKETS}/0012_documents.py",
        '        ["order_id"],\n        unique=True,\n',
        '        ["order_id"],\n',
        (PAGE,),
    ),
    Mutation(
        "one-document-a-refund",
        "A refund has one credit note.",
        f"{TICKETS}/0012_documents.py",
        '"refund_id", sa.BigInteger(), unique=True)',
        '"refund_id", sa.BigInteger())',
        (PAGE,),
    ),
    Mutation(
        "one-refund-in-place-of-another",
        "A refund that the bank returned is tried anew once.",
        f"{TICKETS}/0013_failed_refunds.py",
        'sa.ForeignKey("refunds.refund_id"), unique=True)',
        'sa.ForeignKey("refunds.refund_id"))',
        (
            PAGE,
            "tests/tickets/test_tables_returned.py::test_one_refund_takes_the_place_of_another",
        ),
    ),
)
