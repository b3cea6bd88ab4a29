"""Request bodies say what was sent, and blanks count as nothing."""

import pytest
from pydantic import ValidationError

from guichet.users.domain import View
from guichet.users.shapes import ProfileChanges, shown
from tests.users.test_domain import PROFILE


def test_only_what_was_sent_is_asked_for() -> None:
    assert ProfileChanges.model_validate({}).asked() == {}
    sent = {"name": " Camille ", "preferences": {"sms": True}, "unknown": 1}
    assert ProfileChanges.model_validate(sent).asked() == {
        "name": "Camille",
        "preferences": {"sms": True},
    }


@pytest.mark.parametrize(
    "field",
    ["phone_number", "address", "city", "country", "profile_picture", "bio", "date_of_birth"],
)
def test_a_blank_empties_a_field(field: str) -> None:
    for blank in (None, "", "  "):
        assert ProfileChanges.model_validate({field: blank}).asked() == {field: None}


@pytest.mark.parametrize("field", ["name", "email", "language", "preferences"])
def test_what_everybody_has_cannot_be_emptied(field: str) -> None:
    for blank in (None, ""):
        with pytest.raises(ValidationError):
            ProfileChanges.model_validate({field: blank})


def test_the_basic_view_has_no_way_to_reach_the_person() -> None:
    basic = shown(PROFILE, View.BASIC).model_dump()
    assert set(basic) == {"id", "name", "profile_picture", "bio"}
    assert "camille@example.com" not in str(basic)
