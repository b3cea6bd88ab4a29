"""Request bodies say what was sent, and blanks count as nothing."""

import jsonschema_rs
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
    [
        *("phone_number", "address", "city", "country", "profile_picture", "bio"),
        *("date_of_birth", "gender"),
    ],
)
def test_a_blank_empties_a_field_and_is_documented(field: str) -> None:
    document = ProfileChanges.model_json_schema()
    documented = jsonschema_rs.validator_for(document)
    for blank in (None, "", "  "):
        assert ProfileChanges.model_validate({field: blank}).asked() == {field: None}
        assert documented.is_valid({field: blank}), document["properties"][field]


def test_an_unknown_gender_is_refused_and_not_documented() -> None:
    with pytest.raises(ValidationError):
        ProfileChanges.model_validate({"gender": "unknown"})
    assert not jsonschema_rs.validator_for(ProfileChanges.model_json_schema()).is_valid(
        {"gender": "unknown"}
    )


@pytest.mark.parametrize("field", ["name", "email", "language", "preferences"])
def test_what_everybody_has_cannot_be_emptied(field: str) -> None:
    for blank in (None, ""):
        with pytest.raises(ValidationError):
            ProfileChanges.model_validate({field: blank})


def test_the_basic_view_has_no_way_to_reach_the_person() -> None:
    basic = shown(PROFILE, View.BASIC).model_dump()
    assert set(basic) == {"id", "name", "profile_picture", "bio"}
    assert "camille@example.com" not in str(basic)
