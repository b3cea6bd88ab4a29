"""What must never stand in the repository, and what its documents promise each other.

The patterns are joined from pieces, so that this file does not contain what it looks for.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repository_files import ROOT, tracked_texts

LOCK = "requirements.lock"
WEB_LOCK = ROOT / "web" / "package-lock.json"

REGISTRY_HOSTS = [
    "py" + r"pi\.org",
    "python" + r"hosted\.org",
    "npm" + r"js\.(?:org|com)",
    "yarn" + r"pkg\.com",
    "crates" + r"\.io",
    "ruby" + r"gems\.org",
    "proxy" + r"\.golang\.org",
    r"deb(?:-security)?\." + r"debian\.org",
    "anaconda" + r"\.org",
    r"repo1?\.(?:maven" + r"\.apache\.org|maven\.org)",
]

MACHINE_PATHS = [r"(?<![\w.])/" + folder + r"/\w" for folder in ("home", "Users", "root", "work")]

SECRETS = [
    "-----BEGIN " + r"(?:[A-Z]+ )*PRIVATE KEY-----",
    r"\b[sr]k_" + r"live_\w{8}",
    r"\bwhsec" + r"_[A-Za-z0-9+/]{24}",
    r"\bAKIA" + r"[0-9A-Z]{16}\b",
    r"\bgh[pousr]" + r"_[A-Za-z0-9]{30}",
    r"\bxox" + r"[abprs]-\w{10}",
    r"\beyJ[\w-]{10,}" + r"\.eyJ[\w-]{10,}\.",
    r"\bSK" + r"[0-9a-f]{32}\b",
]

TEST_CARDS = {
    "4242424242424242",
    "4111111111111111",
    "4000000000000002",
    "4000000000009995",
    "4000002500003155",
    "378282246310005",
    "5555555555554444",
}
"""Numbers that the payment provider publishes for tests; this API maps all but the last two."""


def lines_with(pattern: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield the number of the line and the match, wherever the pattern is found."""
    for found in re.finditer(pattern, text):
        yield text.count("\n", 0, found.start()) + 1, found[0]


def passes_luhn(digits: str) -> bool:
    """Whether the digits end in the check digit of a payment card (ISO/IEC 7812-1)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def card_numbers(text: str) -> Iterator[str]:
    """Yield the digits of everything in the text that could be a payment card's number."""
    for found in re.finditer(r"(?<![\w.])[2-6]\d{3}(?:[ -]?\d){9,15}(?!\w)", text):
        digits = re.sub(r"\D", "", found[0])
        if passes_luhn(digits):
            yield digits


def everywhere(patterns: list[str]) -> list[str]:
    """Return where in the repository one of the patterns is found."""
    return [
        f"{path.relative_to(ROOT).as_posix()}:{number}: {match}"
        for path, text in tracked_texts()
        for pattern in patterns
        for number, match in lines_with(pattern, text)
    ]


@pytest.mark.parametrize(
    ("patterns", "sample"),
    [
        (REGISTRY_HOSTS, "https://files.python" + "hosted.org/packages"),
        (MACHINE_PATHS, "see /ho" + "me/someone/guichet"),
        (SECRETS, "-----BEGIN EC " + "PRIVATE KEY-----"),
        (SECRETS, "key = sk_" + "live_0123456789"),
    ],
)
def test_the_patterns_find_what_they_are_for(patterns: list[str], sample: str) -> None:
    assert any(re.search(pattern, sample) for pattern in patterns)


def test_card_numbers_are_found_in_the_usual_spellings() -> None:
    number = "4242" * 4
    assert list(card_numbers(f"card: {number}, 1234567890123456")) == [number]
    assert list(card_numbers("4000 0000 " + "0000 0002")) == ["4000000000000002"]


def test_no_file_names_the_address_of_a_registry() -> None:
    found = everywhere(REGISTRY_HOSTS)
    assert not found, "\n".join(found)


def test_no_file_names_a_folder_of_one_machine() -> None:
    found = everywhere(MACHINE_PATHS)
    assert not found, "\n".join(found)


def test_no_file_holds_a_secret() -> None:
    found = everywhere(SECRETS)
    assert not found, "\n".join(found)


def test_no_file_holds_a_card_number_but_the_published_test_numbers() -> None:
    found = [
        f"{path.relative_to(ROOT).as_posix()}: {digits[:6]}…{digits[-4:]}"
        for path, text in tracked_texts()
        if path.name not in {LOCK, WEB_LOCK.name}
        for digits in card_numbers(text)
        if digits not in TEST_CARDS
    ]
    assert not found, "\n".join(found)


def test_the_lock_file_pins_and_hashes_every_requirement() -> None:
    text = (ROOT / LOCK).read_text("utf-8")
    requirements = re.sub(r"\\\n\s*", " ", text).strip().splitlines()
    bare = [
        line for line in requirements if not re.match(r"[\w.\[\]-]+==\S+ .*--hash=sha256:", line)
    ]
    assert len(requirements) > 50
    assert not bare, "\n".join(bare)


def test_the_lock_file_names_no_index() -> None:
    found = list(
        lines_with(
            r"(?m)^\s*-|://|#", re.sub(r"(?m)^\s+--hash=.*$", "", (ROOT / LOCK).read_text("utf-8"))
        )
    )
    assert not found


def test_the_web_apps_lock_file_hashes_every_package_and_names_no_registry() -> None:
    packages = json.loads(WEB_LOCK.read_text("utf-8"))["packages"]
    fetched = {name: package for name, package in packages.items() if name}
    bare = [
        name
        for name, package in fetched.items()
        if not package.get("integrity", "").startswith("sha512-") or "resolved" in package
    ]
    assert len(fetched) > 50
    assert not bare, "\n".join(bare)


def test_the_web_app_pins_exact_versions() -> None:
    package = json.loads((ROOT / "web" / "package.json").read_text("utf-8"))
    wanted = {**package["dependencies"], **package["devDependencies"]}
    loose = [f"{name} {version}" for name, version in wanted.items() if not version[0].isdigit()]
    assert not loose, "\n".join(loose)


def headings_and_blocks(name: str) -> list[str]:
    """Return the outline of a page: heading levels, table rows and code blocks, in order."""
    outline: list[str] = []
    inside = False
    for line in (ROOT / name).read_text("utf-8").splitlines():
        if line.startswith("```"):
            inside = not inside
            outline += [line] if inside else []
        elif not inside and (heading := re.match(r"#+ ", line)):
            outline.append(heading[0].strip())
        elif not inside and line.startswith("|"):
            outline.append("| row")
    return outline


def commands_of(name: str) -> list[str]:
    """Return what a reader would paste into a terminal, comments left out."""
    text = (ROOT / name).read_text("utf-8")
    blocks = re.findall(r"(?ms)^```(?:bash|sh)\n(.*?)^```", text)
    lines = [
        re.sub(r"\s+# .*$|^# .*$", "", line) for block in blocks for line in block.splitlines()
    ]
    return [line for line in lines if line.strip()]


def test_both_readmes_have_the_same_outline() -> None:
    assert headings_and_blocks("README.md") == headings_and_blocks("README.fr.md")
    assert len(headings_and_blocks("README.md")) > 10


def test_both_readmes_give_the_same_commands() -> None:
    assert commands_of("README.md") == commands_of("README.fr.md")
    assert commands_of("README.md")


def broken_links(path: Path, text: str) -> Iterator[str]:
    """Yield the relative links of a page that lead nowhere in the repository."""
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", re.sub(r"(?ms)^```.*?^```", "", text)):
        if "://" in target or target.startswith("mailto:"):
            continue
        if not (path.parent / target).exists():
            yield f"{path.relative_to(ROOT).as_posix()}: {target}"


def test_links_between_the_documents_lead_somewhere() -> None:
    pages = [(path, text) for path, text in tracked_texts() if path.suffix == ".md"]
    found = [link for path, text in pages for link in broken_links(path, text)]
    assert len(pages) > 3
    assert not found, "\n".join(found)
