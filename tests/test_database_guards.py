"""What the databases refuse by themselves stands in the documents, and none of it gets lost."""

from guichet.local.postgres import SERVICES
from tests.conftest import DatabaseDsn
from tests.repository_files import ROOT
from tools.database_guards import TARGET, guards_of, page


async def test_the_page_says_what_migrated_databases_refuse(database_dsn: DatabaseDsn) -> None:
    guards = {service: await guards_of(database_dsn(service)) for service in SERVICES}
    written = (ROOT / TARGET).read_text("utf-8").splitlines()
    assert written == page(guards).splitlines(), "renew it with `make docs-guards`"
