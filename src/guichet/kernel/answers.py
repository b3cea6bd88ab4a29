"""Answers of hot routes: Pydantic models made of what has been checked already."""

from typing import Any, TypeVar

from pydantic import BaseModel

Model = TypeVar("Model", bound=BaseModel)


def made(model: type[Model], **values: Any) -> Model:
    """Return a model with exactly these values, neither checked nor completed by defaults.

    `model_construct` does the same and looks each field up meanwhile, at ten times the cost; an
    answer to a purchase is made of nine models.
    """
    new = model.__new__(model)
    object.__setattr__(new, "__dict__", values)
    object.__setattr__(new, "__pydantic_fields_set__", set(values))
    object.__setattr__(new, "__pydantic_extra__", None)
    object.__setattr__(new, "__pydantic_private__", None)
    return new
