"""Plain cases: what a case says where its use case declares no schema; the form is checked by the wire, the meaning by nobody."""

from collections.abc import Mapping

from licet.core.canonical import Json
from licet.core.case import CaseBody, body_from_json
from licet.core.use_case import UseCase


def read_plain(use_case: UseCase, raw: Mapping[str, Json]) -> CaseBody:
    """Takes content and attributes as they are.

    Raises:
        NotContentError: when they have no form we know.
    """
    del use_case
    return body_from_json(raw)
