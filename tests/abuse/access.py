"""Whom each address of the API takes: one line per address. An address without a line, and a line without an address, fail the tests."""

from collections.abc import Mapping
from dataclasses import dataclass

from licet.core.people import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Anybody:
    """Takes whoever comes. `ends`: the refusal it ends with here, where it can end with nothing else; empty: it is done."""

    ends: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Takes a token with this scope. `spans`: in no use case; `whole`: and only for a token that is bound to none."""

    scope: str
    spans: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Takes whoever signed in and has one of the roles where they act; with none named, whoever signed in."""

    roles: frozenset[Role] = frozenset()


Takes = Anybody | Program | People


def _people(*roles: Role) -> People:
    return People(roles=frozenset(roles))


_IN = "/api/v1/use-cases/{slug}"
ACCESS: Mapping[str, Takes] = {
    f"POST {_IN}/cases": Program(scope="cases:write"),
    f"POST {_IN}/cases/batch": Program(scope="cases:write"),
    f"GET {_IN}/cases": Program(scope="cases:read"),
    f"GET {_IN}/cases/{{case}}": Program(scope="cases:read"),
    f"GET {_IN}/mandate": Program(scope="mandate:read"),
    f"GET {_IN}/watch": Program(scope="mandate:read"),
    f"GET {_IN}/stop": Program(scope="mandate:read"),
    f"GET {_IN}/risk": Program(scope="mandate:read"),
    f"GET {_IN}/obligations": Program(scope="mandate:read"),
    f"GET {_IN}/gate": Program(scope="mandate:read"),
    f"POST {_IN}/stop": Program(scope="stop"),
    f"GET {_IN}/effects": Program(scope="effects"),
    "GET /api/v1/obligations": Program(scope="mandate:read", spans=True, whole=True),
    "GET /metrics": Program(scope="metrics", spans=True, whole=True),
    "GET /api/v1/gates/times": Program(scope="mandate:read", spans=True),
    "GET /api/v1/ledger": Program(scope="ledger:read", spans=True),
    f"POST {_IN}/cases/{{case}}/answer": _people(Role.REVIEWER, Role.SENIOR_REVIEWER, Role.OWNER),
    f"POST {_IN}/effects/replay": _people(Role.OWNER, Role.ADMIN),
    "GET /api/v1/approvals": _people(),
    "GET /api/v1/approvals/{request}": _people(),
    "POST /api/v1/approvals/{request}/approve": _people(Role.RISK, Role.OWNER),
    "POST /api/v1/approvals/{request}/decline": _people(Role.RISK, Role.OWNER),
    "POST /api/v1/approvals/{request}/question": _people(Role.RISK, Role.OWNER),
    "GET /api/v1/session": _people(),
    "DELETE /api/v1/session": _people(),
    "POST /api/v1/session/confirm": _people(),
    "POST /api/v1/session": Anybody(),
    "POST /api/v1/account/link": Anybody(),
    "POST /api/v1/account/set-up": Anybody(),
    "GET /api/v1/session/oidc": Anybody(ends="no_identity_provider"),
    "GET /api/v1/session/oidc/callback": Anybody(ends="no_identity_provider"),
    "GET /health/live": Anybody(),
    "GET /health/ready": Anybody(),
}
"""Every address, with whom it takes."""
