"""The team's rules that no linter knows: sizes, names, purity, mirrors and reasons."""

import ast
import functools
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.repository_files import ROOT, tracked_files

SOURCE = ROOT / "src" / "guichet"
SERVICES = ("auth", "users", "events", "tickets", "notifications", "gateway")

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 400
README_LINES_MAX = 60

BUSINESS_WORDS = {
    "admission",
    "attendee",
    "buyer",
    "capacity",
    "cart",
    "concert",
    "customer",
    "event",
    "hold",
    "holder",
    "invoice",
    "order",
    "organiser",
    "organizer",
    "payment",
    "price",
    "purchase",
    "refund",
    "scanner",
    "seat",
    "speaker",
    "sponsor",
    "stock",
    "ticket",
    "venue",
}
KERNEL_NAMES_ALLOWED = {
    "logs.py EventDict": "structlog calls a log record an event",
    "logs.py event": "structlog calls a log record an event",
    "saga.py _order": "the position of a step among the others",
    "settings.py events_url": "the settings name the services, as the list of ports does",
    "settings.py tickets_url": "the settings name the services, as the list of ports does",
}

DOMAIN_MAY_IMPORT = {
    "guichet.kernel.problems": "the tree of named errors; standard library only",
    "guichet.contracts.money": "amounts in minor units; pure",
    "guichet.contracts.prices": "the price of a ticket; pure",
    "guichet.contracts.percents": "rates in basis points; pure",
    "guichet.contracts.times": "time zones; pure",
    "guichet.contracts.roles": "the table of roles; pure",
}

NOT_MIRRORED = {
    "main.py": "wiring; tests/system starts it for real",
    "refund_tables.py": "declarations, as in tables.py",
    "tables.py": "declarations; the migrations are compared with them",
    "migrations/": "run by every test that has a database",
    "settings.py": "declarations; tests/system starts with them",
    "http_api/": "routes only translate; the requests of tests/system go through them",
    "repository/": "statements; the tests of the use cases run them against a real PostgreSQL",
    "verify/": "tests/verify breaks each invariant through the list of them all",
    "kernel/service.py": "wiring that all services share; tests/system starts each of them",
    "tickets/tables_documents.py": "declarations; the migrations are compared with them",
    "tickets/consumers.py": "who handles what; the stories of tests/system end with what arrived",
    "tickets/told.py": "shapes of messages; the mails and histories of tests/system show them",
}
"""Files and folders whose files need no test of their own name, each with the reason."""


@functools.cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Return every node of the parsed file; SyntaxError where it is not Python."""
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"), str(path))))


def python_files(*folders: str) -> list[Path]:
    """Return the project's Python files below the named folders."""
    return [
        path
        for path in tracked_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders
    ]


def place(path: Path, line: int | None = None) -> str:
    """Return where something stands, as a reader would look it up."""
    name = path.relative_to(ROOT).as_posix()
    return name if line is None else f"{name}:{line}"


def words_of(name: str) -> set[str]:
    """Split an identifier into lower-case words, plurals brought to the singular."""
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    lowered = {part.lower() for part in parts}
    return lowered | {word.removesuffix("s") for word in lowered}


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in nodes_of(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def defined_names(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every name that the file itself coins, with its line."""
    for node in nodes_of(path):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node.lineno
            case ast.arg():
                yield node.arg, node.lineno
            case ast.Name(ctx=ast.Store()):
                yield node.id, node.lineno
            case ast.Attribute(ctx=ast.Store()):
                yield node.attr, node.lineno
            case _:
                pass


def imported_modules(path: Path) -> Iterator[tuple[str, int]]:
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield module if node.level == 0 else "." * node.level + module, node.lineno


def test_words_of_an_identifier_are_found_in_every_spelling() -> None:
    assert words_of("TicketsOfBuyer") >= {"ticket", "of", "buyer"}
    assert words_of("order_by_HTTP") >= {"order", "by", "http"}


def test_functions_fit_on_a_screen() -> None:
    too_long = [
        f"{place(path, node.lineno)} {node.name}: {length} lines"
        for path in python_files("src", "tests", "bench", "storm", "tools")
        for node in functions_of(path)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]
    assert not too_long, "\n".join(too_long)


def test_files_stay_short() -> None:
    too_long = [
        f"{place(path)}: {length} lines"
        for path in python_files("src", "tests", "bench", "storm", "tools")
        if (length := len(path.read_text("utf-8").splitlines())) > FILE_LINES_MAX
    ]
    assert not too_long, "\n".join(too_long)


def test_the_kernel_coins_no_business_noun() -> None:
    found = [
        f"{place(path, line)} {name}"
        for path in python_files("src")
        if path.is_relative_to(SOURCE / "kernel")
        for name, line in defined_names(path)
        if words_of(name) & BUSINESS_WORDS and f"{path.name} {name}" not in KERNEL_NAMES_ALLOWED
    ]
    assert not found, "\n".join(found)


def domain_files() -> list[Path]:
    return [
        path
        for path in python_files("src")
        if path.name == "domain.py" or "domain" in path.relative_to(SOURCE).parent.parts
    ]


def test_domains_import_the_standard_library_only() -> None:
    def allowed(path: Path, module: str) -> bool:
        own = ".".join(("guichet", *path.relative_to(SOURCE).with_suffix("").parts[:2]))
        return (
            module.partition(".")[0] in sys.stdlib_module_names
            or module in DOMAIN_MAY_IMPORT
            or module == own
            or module.startswith(f"{own}.")
        )

    found = [
        f"{place(path, line)} imports {module}"
        for path in domain_files()
        for module, line in imported_modules(path)
        if not allowed(path, module)
    ]
    assert not found, "\n".join(found)


def test_only_wiring_reads_the_environment() -> None:
    """`main.py` alone turns variables into settings, so that the rest can be built by a test."""
    readers = re.compile(r"\bos\.(environ|getenv)\b|\bfrom os import .*\b(environ|getenv)\b")
    found = [
        place(path, number)
        for path in python_files("src")
        if path.relative_to(SOURCE).parts[0] in SERVICES and path.name != "main.py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if readers.search(line)
    ]
    assert not found, "\n".join(found)


def test_every_service_introduces_itself_on_one_screen() -> None:
    wanted = ("owns", "publishes", "consumes", "runs", "rules")
    problems: list[str] = []
    for service in SERVICES:
        readme = SOURCE / service / "README.md"
        if not readme.exists():
            problems.append(f"{place(readme)} is missing")
            continue
        text = readme.read_text("utf-8")
        missing = [word for word in wanted if word not in text.lower()]
        if missing:
            problems.append(f"{place(readme)} does not say: {', '.join(missing)}")
        if len(text.splitlines()) > README_LINES_MAX:
            problems.append(f"{place(readme)} is longer than {README_LINES_MAX} lines")
    assert not problems, "\n".join(problems)


def has_logic(path: Path) -> bool:
    """Whether the file does more than declare: a function or method with a body of its own."""
    return any(True for _ in functions_of(path))


def module_of(path: Path) -> str:
    return ".".join(("guichet", *path.relative_to(SOURCE).with_suffix("").parts))


def mirrors_of(path: Path) -> list[Path]:
    """Return the places where the test of a source file may stand.

    A file of a package that took the place of one file may be tested together with its
    neighbours: tickets/use_cases/buying.py by tests/tickets/test_use_cases.py.
    """
    parts = path.relative_to(SOURCE).parts
    folder = ROOT / "tests" / Path(*parts[:-1])
    own = folder / f"test_{path.stem}.py"
    if len(parts) < 3:
        return [own]
    parent = folder.parent
    return [own, parent / f"test_{parts[-2]}.py", parent / f"test_{parts[-2]}_{path.stem}.py"]


def imports_of_tests() -> dict[str, set[str]]:
    """Return every module that the tests import, by top folder below tests/."""
    found: dict[str, set[str]] = {}
    for path in python_files("tests"):
        folder = path.relative_to(ROOT).parts[1]
        for node in nodes_of(path):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
                found.setdefault(folder, set()).update(names)
            elif isinstance(node, ast.Import):
                found.setdefault(folder, set()).update(alias.name for alias in node.names)
    return found


def test_every_file_with_logic_has_its_test() -> None:
    """A file has the test that mirrors it, or a test of its own package imports it by name."""
    imported = imports_of_tests()

    def excused(path: Path) -> bool:
        name = path.relative_to(SOURCE).as_posix()
        return any(
            excuse in {path.name, name} or (excuse.endswith("/") and excuse in name)
            for excuse in NOT_MIRRORED
        )

    def tested(path: Path) -> bool:
        folder = path.relative_to(SOURCE).parts[0]
        return module_of(path) in imported.get(folder, set()) or any(
            mirror.exists() for mirror in mirrors_of(path)
        )

    missing = [
        f"{place(path)} has no {place(mirrors_of(path)[0])}"
        for path in python_files("src")
        if path.name != "__init__.py" and has_logic(path) and not excused(path) and not tested(path)
    ]
    assert not missing, "\n".join(missing)


def asserts(node: ast.AST, helpers: dict[str, ast.AST]) -> bool:
    """Whether something below the node can fail a test, directly or in a helper of the file."""
    for child in ast.walk(node):
        if isinstance(child, ast.Assert | ast.Raise):
            return True
        if isinstance(child, ast.Call):
            called = ast.unparse(child.func).split(".")[-1]
            if called in {"raises", "fail"} or re.match(r"_?(assert|expect|check)", called):
                return True
            helper = helpers.get(called)
            if helper is not None and asserts(
                helper, {k: v for k, v in helpers.items() if v is not helper}
            ):
                return True
    return False


def test_every_test_can_fail() -> None:
    toothless: list[str] = []
    for path in python_files("tests"):
        helpers: dict[str, ast.AST] = {node.name: node for node in functions_of(path)}
        toothless += [
            f"{place(path, node.lineno)} {node.name}"
            for node in functions_of(path)
            if node.name.startswith("test_") and not asserts(node, helpers)
        ]
    assert not toothless, "\n".join(toothless)


def test_every_exception_to_a_rule_in_the_code_gives_its_reason() -> None:
    """`# noqa: S603 - why`, or the reason as a comment on the line above."""
    pattern = re.compile(
        r"#\s*(noqa(?::\s*[\w, ]+?)?|(?:type|pyright): ignore(?:\[[^\]]*\])?)"
        r"(\s+(?:-|–|—|#|:)\s*\S.*)?$"
    )
    bare: list[str] = []
    for path in python_files("src", "tests", "bench", "storm", "tools"):
        lines = path.read_text("utf-8").splitlines()
        for index, line in enumerate(lines):
            found = pattern.search(line)
            above = lines[index - 1].strip() if index else ""
            if found and not found[2] and not above.startswith("#"):
                bare.append(place(path, index + 1))
    assert not bare, "\n".join(bare)


def test_every_exception_to_a_rule_in_the_settings_gives_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    lint = tomllib.loads(text)["tool"]["ruff"]["lint"]
    codes = {
        *lint["ignore"],
        *(code for codes in lint["per-file-ignores"].values() for code in codes),
    }
    bare = [
        line.strip()
        for line in text.splitlines()
        if (found := re.match(r'\s+"([A-Z]+\d+)",(.*)$', line))
        and found[1] in codes
        and not re.match(r"\s*# \S.{10,}", found[2])
    ]
    assert codes
    assert not bare, "\n".join(bare)


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(
        r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b"
    )
    found = [
        place(path, number)
        for path in python_files("src", "tests", "bench", "storm", "tools")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if marks.search(line)
    ]
    assert not found, "\n".join(found)
