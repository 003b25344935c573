"""Policies: who may do what, in Cedar, always held against the schema; whatever is malformed, fails or takes too long is a no."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import resources
from threading import Lock
from typing import Any

import cedarpy
from cedarpy import pst

from licet.core.canonical import digest
from licet.core.ids import Digest, PersonId
from licet.core.people import Act, Identity, Role
from licet.core.policy import Asked, Denied, Lack, Permitted, PolicyAnswer, Rule, Unanswered, Who
from licet.core.rules import LONGEST_RULES, NotRulesError
from licet.edge.policy_shape import check_shape

LONGEST_QUESTION = 64_000
"""Most characters of a question: hands and ids are few and short."""

LONGEST_WAIT_SECONDS = 1.0
"""An answer that comes later is none. A question takes a fifth of a millisecond."""

ANYBODY = PersonId("p_anybody")
"""Who asks where it is anybody of a role."""

REMEMBERED = 4096
"""Answers kept for each version of the policies: the same question to the same policies has the same answer."""

KINDS: Mapping[Who, tuple[str, str | None]] = {
    Who.PERSON: ("Person", None),
    Who.OPERATOR: ("Operator", "operator"),
    Who.TOKEN: ("Token", None),
    Who.PLUGIN: ("Machine", "plugin"),
    Who.AI: ("Machine", "ai"),
}
"""How each sort of somebody is called in Cedar, and under which name where there is only one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """What the engine said. It counts as yes only where `allowed` is true, which takes that nothing at all went wrong.

    Attributes:
        allowed: whether.
        rules: ids of the policies that determined it.
        errors: what went wrong, in the engine's words.
    """

    allowed: bool
    rules: tuple[str, ...]
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Policy:
    """A policy as it was read.

    Attributes:
        only: the one kind of principal it is about; None: all, or those of a role.
        acts: acts and groups that it names; None: all.
        about: permits where the act is one of them.
        roles: those it asks for, of which one is enough.
        conditions: the rest of what it asks, each with words and what finds out whether it holds.
    """

    rule: Rule
    permits: bool
    only: str | None
    acts: frozenset[str] | None
    about: cedarpy.PolicySet
    roles: frozenset[Role]
    conditions: tuple[tuple[str, cedarpy.PolicySet], ...]


class _NoAnswerError(RuntimeError):
    """A question got no answer."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class PolicyBook:
    """All policies that hold at a moment, read and held against the schema once."""

    def __init__(self, text: str, *, remember: int = REMEMBERED) -> None:
        """Reads policies.

        Raises:
            NotRulesError: names what is wrong.
        """
        self._schema = _schema()
        self._set = _parsed(text)
        faults = cedarpy.validate_policies(text, self._schema)
        if not faults.validation_passed:
            raise NotRulesError("; ".join(_plain(fault, faults.id_annotations_by_policy_id) for fault in faults.errors))
        self.policies = tuple(_policy(template) for template in self._set.to_pst().static_policies.values())
        self._rules = {policy.rule.id: policy.rule for policy in self.policies}
        self.digest = Digest(digest({"schema": shipped("licet.cedarschema"), "policies": text}))
        self._remembered: Callable[[Asked], PolicyAnswer] = lru_cache(remember)(self._answer)

    def answer(self, asked: Asked) -> PolicyAnswer:
        """Answers a question. That there was no answer is not remembered: a machine that was slow once is asked anew."""
        try:
            return self._remembered(asked)
        except _NoAnswerError as none:
            return Unanswered(why=none.why, policy=self.digest)

    def _answer(self, asked: Asked) -> PolicyAnswer:
        request, entities = question(asked)
        raw = self.decide(request, entities)
        if raw.errors:
            raise _NoAnswerError("; ".join(raw.errors))
        near = [one for one in self.policies if one.permits and self._is_about(one, asked, request, entities)]
        takes = frozenset[Role]().union(*(one.roles for one in near))
        if raw.allowed:
            return Permitted(by=raw.rules, policy=self.digest, takes=takes)
        mine = [one for one in near if one.only in {None, KINDS[asked.who][0]}]
        lacks = [self._lack(one, asked, request, entities) for one in mine]
        forbidden = tuple(rule for name, rule in self._rules.items() if name in raw.rules)
        return Denied(forbidden=forbidden, lacks=tuple(lacks), policy=self.digest, takes=takes)

    def _is_about(self, one: _Policy, asked: Asked, request: Mapping[str, Any], entities: Sequence[Mapping[str, Any]]) -> bool:
        """Whether a policy is about the act: by its name, or by a group that it is in."""
        if one.acts is None or asked.act.value in one.acts:
            return True
        groups = not one.acts <= _ACTS
        return groups and self._evaluated(request, entities, one.about).allowed

    def _lack(self, one: _Policy, asked: Asked, request: Mapping[str, Any], entities: Sequence[Mapping[str, Any]]) -> Lack:
        roles = frozenset[Role]() if one.roles & asked.roles else one.roles
        unmet = [words for words, alone in one.conditions if not self._evaluated(request, entities, alone).allowed]
        return Lack(rule=one.rule, roles=roles, conditions=tuple(unmet))

    def decide(self, request: object, entities: object) -> Raw:
        """Asks the engine with a question as it is written; anything that is no well-formed question is a no with its errors."""
        return self._evaluated(request, entities, self._set)

    def _evaluated(self, request: object, entities: object, policies: cedarpy.PolicySet) -> Raw:
        began = time.perf_counter()
        try:
            wrong = _odd(request, entities)
            if wrong:
                return Raw(allowed=False, rules=(), errors=(wrong,))
            found = cedarpy.is_authorized(request, policies, entities, self._schema)  # type: ignore[arg-type] # held against the schema
        except Exception as error:  # noqa: BLE001 - whatever fails here is a no, and is said
            return Raw(allowed=False, rules=(), errors=(f"{type(error).__name__}: {error}"[:500],))
        errors = [str(error)[:500] for error in found.diagnostics.errors]
        if time.perf_counter() - began > LONGEST_WAIT_SECONDS:
            errors.append(f"the answer took longer than {LONGEST_WAIT_SECONDS:g} s")
        if found.decision is cedarpy.Decision.NoDecision and not errors:
            errors.append("the engine decided nothing")
        named = found.diagnostics.id_annotations_by_reason
        rules = tuple(named.get(reason, reason) for reason in found.diagnostics.reasons)
        return Raw(allowed=found.allowed and bool(rules) and not errors, rules=rules, errors=tuple(errors))


@dataclass(slots=True)
class CedarPolicies:
    """The shipped policies with an organisation's additions (the port `Policies`); each version is read once in a process."""

    _books: dict[Digest | None, "PolicyBook | str"] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def answer(self, asked: Asked, held: Digest | None, read: Callable[[], str]) -> PolicyAnswer:
        """See `licet.ports.Policies.answer`."""
        with self._lock:
            book = self._books.get(held)
            if book is None:
                book = self._books[held] = _book("" if held is None else read())
        if isinstance(book, str):
            return Unanswered(why=book, policy=held or Digest(""))
        return book.answer(asked)

    def check(self, text: str) -> None:
        """See `licet.ports.Policies.check`."""
        book = book_with(text)
        for act in (Act.CHANGE_RULES, Act.APPROVE_RULES):
            back = Asked(who=Who.PERSON, id=ANYBODY, roles=frozenset({Role.RISK}), act=act, place=None, identity=Identity.CONFIRMED)
            if not isinstance(book.answer(back), Permitted):
                raise NotRulesError(f"Under these policies risk could not {act.value}; nobody could change them back. Narrow the forbid.")


def _book(additions: str) -> PolicyBook | str:
    """A book, or why there is none: policies in force that cannot be read permit nothing."""
    try:
        return book_with(additions)
    except NotRulesError as wrong:
        return str(wrong)


def book_with(additions: str) -> PolicyBook:
    """The shipped policies with an organisation's additions.

    Raises:
        NotRulesError: when the additions cannot be read, do not fit the schema, or take a name that is taken.
    """
    return PolicyBook(text_with(additions))


def text_with(additions: str) -> str:
    """The shipped policies and an organisation's additions as one text.

    Raises:
        NotRulesError: when the additions cannot be read, or take a name that is taken.
    """
    if not additions.strip():
        return shipped("licet.cedar")
    _check_additions(additions)
    return shipped("licet.cedar") + "\n" + additions


def _check_additions(text: str) -> None:
    if len(text) > LONGEST_RULES:
        raise NotRulesError(f"Policies of {len(text):,} characters; there may be {LONGEST_RULES:,} at most.")
    found = _parsed(text).to_pst()
    if found.templates or found.template_links:
        raise NotRulesError("A policy with ?principal or ?resource is a template, and holds for nobody. Write out who and where.")
    taken = {str(one.annotations.get("id", "")) for one in _parsed(shipped("licet.cedar")).to_pst().static_policies.values()}
    for one in found.static_policies.values():
        name = one.annotations.get("id") or ""
        if not name or not one.annotations.get("says"):
            raise NotRulesError(f"A policy without a name or without words ({name or one.id!r}). Write @id(...) and @says(...) above it.")
        if name in taken:
            raise NotRulesError(f"The name {name!r} is taken by another policy. Give it its own.")
        if not all(str(said or "").isprintable() for said in one.annotations.values()):
            raise NotRulesError(f"What policy {name!r} says of itself holds signs that are not printed. Write plain text, on one line.")
        taken.add(name)


def shipped(name: str) -> str:
    """A policy file of the package."""
    return (resources.files("licet") / "policies" / name).read_text("utf-8")


@lru_cache(1)
def _schema() -> cedarpy.Schema:
    return cedarpy.Schema.from_str(shipped("licet.cedarschema"))


def _parsed(text: str) -> cedarpy.PolicySet:
    check_shape(text)
    try:
        return cedarpy.PolicySet.from_str(text)
    except ValueError as wrong:
        raise NotRulesError(f"This is no policy text: {wrong}") from wrong


def _plain(fault: cedarpy.ValidationError, named: Mapping[str, str]) -> str:
    return f"{named.get(fault.policy_id, fault.policy_id) or 'the text'}: {fault.error}"


# --- how a question is written ------------------------------------------------------------------------------------------------


def question(asked: Asked) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Writes a question as the engine takes it: the request, and the entities it is about."""
    kind, only = KINDS[asked.who]
    principal = _entity(kind, only or asked.id)
    there = _entity("Installation", "licet") if asked.place is None else _entity("UseCase", asked.place.slug)
    context = {
        "identity": _entity("Identity", asked.identity),
        "hands": [_entity("Hand", hand) for hand in sorted(asked.hands)],
        "break_glass": asked.break_glass,
        "signers": asked.signers,
    }
    request = {"principal": principal, "action": _entity("Action", asked.act.value), "resource": there, "context": context}
    entities = []
    if only is None:
        entities.append({"uid": principal, "attrs": {}, "parents": [_entity("Role", role) for role in sorted(asked.roles)]})
    if asked.place is not None:
        tier = "unknown" if asked.place.tier is None else asked.place.tier.value
        facts: dict[str, Any] = {"stage": _entity("Stage", asked.place.stage), "tier": _entity("Tier", tier)}
        if asked.place.owner is not None:
            facts["owner"] = _entity("Person", asked.place.owner)
        entities.append({"uid": there, "attrs": facts, "parents": []})
    return request, entities


def _entity(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": str(name)}


_ACTS = frozenset(act.value for act in Act)
_PARTS = {"principal", "action", "resource", "context"}
_ALONE = {"Operator", "Machine", "Installation"}


def _odd(request: object, entities: object) -> str:
    """What is wrong with a question before the engine sees it, which takes absent entities for empty ones; empty where nothing is."""
    if not isinstance(request, dict) or not isinstance(entities, list):
        return "the question is no record of four parts with a list of entities"
    if set(request) != _PARTS:
        return f"the question has the parts {sorted(map(str, request))}, not {sorted(_PARTS)}"
    if len(json.dumps([request, entities], allow_nan=False)) > LONGEST_QUESTION:
        return f"the question is longer than {LONGEST_QUESTION:,} characters"
    there = [one.get("uid") if isinstance(one, dict) else None for one in entities]
    for part in ("principal", "resource"):
        named = request[part]
        if not isinstance(named, dict) or set(named) != {"type", "id"}:
            return f"the {part} is not named by type and id"
        if named["type"] not in _ALONE and there.count(named) != 1:
            return f"the {part} is not told of exactly once"
    return ""


# --- how a policy is read -----------------------------------------------------------------------------------------------------


def _policy(template: pst.Template) -> _Policy:
    said = {name: text or "" for name, text in template.annotations.items()}
    name = said.get("id") or template.id
    rule = Rule(id=name, says=said.get("says", ""), code=said.get("code", ""), remedy=said.get("remedy", ""))
    clauses = [(clause, _roles_asked(clause)) for clause in template.clauses]
    in_scope = template.principal.entity if isinstance(template.principal, pst.ScopeIn | pst.ScopeIsIn) else None
    words = said.get("takes") or f"what policy {name!r} asks"
    asked = [_alone(template, clauses=(clause,)) for clause, found in clauses if not found]
    if isinstance(template.principal, pst.ScopeEq):
        asked.append(_alone(template, principal=template.principal))
    if not isinstance(template.resource, pst.ScopeAny):
        asked.append(_alone(template, resource=template.resource))
    return _Policy(
        rule=rule,
        permits=template.effect == "permit",
        only=template.principal.entity_type.basename if isinstance(template.principal, pst.ScopeIs) else None,
        acts=_acts(template.action),
        about=_alone(template, action=template.action),
        roles=frozenset[Role]().union(*(found for _, found in clauses), _role(in_scope)),
        conditions=tuple((words, alone) for alone in asked),
    )


def _alone(template: pst.Template, **part: object) -> cedarpy.PolicySet:
    """A policy that permits wherever one part of another holds: asked to find out whether it does."""
    usual: dict[str, object] = {"principal": pst.ScopeAny(), "action": pst.ScopeAny(), "resource": pst.ScopeAny(), "clauses": ()}
    one = replace(template, effect="permit", **{**usual, **part})  # type: ignore[arg-type] # parts of the template itself
    return cedarpy.PolicySet.from_pst(pst.PolicySet(templates={}, static_policies={one.id: one}, template_links=()))


def _roles_asked(clause: pst.When | pst.Unless) -> frozenset[Role]:
    """The roles of a clause `when { principal in [Role::"...", ...] }`; empty for any other."""
    match clause:
        case pst.When(expr=pst.BinaryOp(op="in", left=pst.Var(name="principal"), right=pst.Set(elements=elements))):
            return frozenset[Role]().union(*(_role(one.value) for one in elements if isinstance(one, pst.EntityLit)))
        case _:
            return frozenset()


def _role(entity: object) -> frozenset[Role]:
    named = isinstance(entity, pst.EntityUid) and entity.type.basename == "Role"
    return frozenset({Role(entity.id)}) if named and isinstance(entity, pst.EntityUid) else frozenset()


def _acts(action: pst.ActionConstraint) -> frozenset[str] | None:
    """The acts and groups that a policy names; None: it is about all."""
    match action:
        case pst.ActionEq(entity=one):
            return frozenset({one.id})
        case pst.ActionIn(entities=several):
            return frozenset(one.id for one in several)
        case _:
            return None
