"""Names of things: one type per kind of name, so that a case can never be passed where a mandate is meant."""

from typing import NewType

UseCaseSlug = NewType("UseCaseSlug", str)
"""How people call a use case: lower-case letters, digits and hyphens; also its folder's name."""

CaseNumber = NewType("CaseNumber", int)
"""A case's number, given by the store in the order of arrival; audits are drawn over it."""

PersonId = NewType("PersonId", str)
"""A person, without a name in it: ledgers carry this, never an e-mail address."""

TeamName = NewType("TeamName", str)
"""A team; each use case belongs to one."""

TemplateName = NewType("TemplateName", str)
"""How people call a template, in all its versions: as a use case, of lower-case letters, digits and hyphens."""

MandateId = NewType("MandateId", str)
Fingerprint = NewType("Fingerprint", str)
"""Digest of everything a system's answers depend on: kind, model, prompt, code, parameters, training data."""

Digest = NewType("Digest", str)
"""SHA-256 of canonical bytes, in hex."""

LookId = NewType("LookId", int)
"""One look at sealed cases; each is counted."""

SealedSetId = NewType("SealedSetId", int)
"""Sealed cases that share one budget of looks."""

OPERATOR = PersonId("operator")
"""Who acts when nobody is named: may set up, import, evaluate and export, and nothing that needs a person."""

BY_MANDATE = "mandate:"
"""How who decided begins where AI decided alone; the id of its mandate follows."""

PROGRAM = "token:"
"""How a program begins where the ledger says who acted; the public id of its token follows."""

LICET = PersonId("licet")
"""Licet itself, where it acts by rule: a watch that trips, a mandate that expires."""
