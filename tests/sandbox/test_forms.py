"""Form fields are read as the SDK writes them, and refused without being repeated."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.sandbox.forms import Form, required_integer
from guichet.sandbox.rules import Refused


def test_nested_fields() -> None:
    form = Form(b"a=1&metadata[x]=%C3%A9+1&metadata[y]=&expand[0]=p&expand[]=q&b=true")
    assert form.mapping("metadata") == {"x": "é 1", "y": ""}
    assert form.items("expand") == ("p", "q")
    assert (form.integer("a"), form.flag("b"), form.flag("c")) == (1, True, False)
    assert form.text("missing") is None


@given(st.dictionaries(st.text(min_size=1).filter(lambda name: "[" not in name), st.text()))
def test_any_text_comes_through(fields: dict[str, str]) -> None:
    form = Form(urlencode(fields).encode())
    assert {name: form.text(name) or "" for name in fields} == fields


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(encoded: bytes) -> None:
    try:
        form = Form(encoded)
    except Refused as refused:
        assert refused.status == 400
    else:
        assert len(form.fingerprint("/p")) == 32


def test_fingerprints_tell_parameters_and_paths_apart() -> None:
    same = {Form(b"a=1&b=2").fingerprint("/x"), Form(b"b=2&a=1").fingerprint("/x")}
    assert len(same) == 1
    assert Form(b"a=1&b=3").fingerprint("/x") not in same
    assert Form(b"a=1&b=2").fingerprint("/y") not in same


@pytest.mark.parametrize("value", ["x", "1.5", "1e3", "9" * 30, "١"])
def test_what_is_no_integer(value: str) -> None:
    with pytest.raises(Refused) as refused:
        Form(urlencode({"amount": value}).encode()).integer("amount")
    assert refused.value.problem.code == "parameter_invalid_integer"


def test_other_refusals() -> None:
    form = Form(b"flag=maybe&reason=why&card[number]=4242")
    for read in (
        lambda: form.flag("flag"),
        lambda: form.choice("reason", ("a", "b")),
        lambda: form.required("nothing"),
        lambda: required_integer(form, "nothing"),
        lambda: form.only({"flag", "reason"}),
    ):
        with pytest.raises(Refused) as refused:
            read()
        assert "4242" not in str(refused.value)


def test_metadata_has_limits() -> None:
    for fields in (
        {f"metadata[{number}]": "x" for number in range(51)},
        {f"metadata[{'n' * 41}]": "x"},
        {"metadata[n]": "x" * 501},
    ):
        with pytest.raises(Refused):
            Form(urlencode(fields).encode()).mapping("metadata")
    with pytest.raises(Refused):
        Form(urlencode({str(number): "" for number in range(201)}).encode())
