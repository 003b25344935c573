"""Late: what is heavy to load is loaded when it is first asked for; most commands never ask."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from licet.core.process import PROCESS_FILE, StatedForProcess

if TYPE_CHECKING:
    from licet.core.answer import AnswerKind
    from licet.core.canonical import Json
    from licet.core.coded_rule import Question, Rules, Ruling
    from licet.core.desk import DeskRules
    from licet.core.effect import Outcome, Way
    from licet.core.gate_rules import GateRules
    from licet.core.ids import Digest, UseCaseSlug
    from licet.core.incident import Message
    from licet.core.own_grader import Grader, Graders, OwnGrader
    from licet.core.policy import Asked, PolicyAnswer
    from licet.core.refusal import Unknown
    from licet.core.system import SystemKind
    from licet.edge.desk_files import FolderDesks
    from licet.edge.effects import FolderEffects
    from licet.edge.policies import CedarPolicies
    from licet.edge.systems import FolderSystems
    from licet.ports import Draw, Durable, Example, Guardian, Judge, Provider, Purse, System, TrainedSystem


@dataclass(frozen=True, slots=True)
class LateEngine:
    """The built-in system's maker (the port `Trainer`), behind the import of its numerics."""

    def train(self, examples: Sequence[Example], calibration: Sequence[Example]) -> TrainedSystem:
        """See `licet.edge.builtin.Engine.train`."""
        from licet.edge.builtin import Engine

        return Engine().train(examples, calibration)

    def restore(self, raw: bytes) -> TrainedSystem:
        """See `licet.edge.builtin.Engine.restore`."""
        from licet.edge.builtin import Engine

        return Engine().restore(raw)


@dataclass(frozen=True, slots=True)
class LateGuardians:
    """The familiarity guard's maker (the port `GuardianMaker`), behind the import of its numerics."""

    def fit(self, examples: Sequence[Example]) -> Guardian:
        """See `licet.edge.precedents.Guardians.fit`."""
        from licet.edge.precedents import Guardians

        return Guardians().fit(examples)

    def restore(self, raw: bytes) -> Guardian:
        """See `licet.edge.precedents.Guardians.restore`."""
        from licet.edge.precedents import Guardians

        return Guardians().restore(raw)


@dataclass(frozen=True, slots=True)
class LatePasswords:
    """Hashes of passwords (the port `Passwords`), behind the import of Argon2."""

    def hashed(self, password: str) -> str:
        """See `licet.edge.passwords.Argon2.hashed`."""
        from licet.edge.passwords import usual

        return usual().hashed(password)

    def right(self, password: str, kept: str | None) -> bool:
        """See `licet.edge.passwords.Argon2.right`."""
        from licet.edge.passwords import usual

        return usual().right(password, kept)

    def outdated(self, kept: str) -> bool:
        """See `licet.edge.passwords.Argon2.outdated`."""
        from licet.edge.passwords import usual

        return usual().outdated(kept)


@dataclass(frozen=True, slots=True)
class LateCodes:
    """Codes of second factors (the port `Codes`), behind the import of pyotp."""

    def secret(self) -> str:
        """See `licet.edge.totp.TotpCodes.secret`."""
        from licet.edge.totp import TotpCodes

        return TotpCodes().secret()

    def step(self, secret: str, code: str, now: datetime) -> int | None:
        """See `licet.edge.totp.TotpCodes.step`."""
        from licet.edge.totp import TotpCodes

        return TotpCodes().step(secret, code, now)

    def address(self, secret: str, email: str) -> str:
        """See `licet.edge.totp.TotpCodes.address`."""
        from licet.edge.totp import TotpCodes

        return TotpCodes().address(secret, email)


@dataclass(slots=True, kw_only=True)
class LateDurable:
    """The durable engine (the port `Durable`), behind the import of DBOS."""

    file: Path
    executor: str
    _engine: Durable | None = None

    def launch(self, work: Callable[[int, str], None]) -> None:
        """See `licet.edge.durable.DurableEngine.launch`."""
        from licet.edge.durable import DurableEngine

        self._engine = DurableEngine(self.file, executor=self.executor)
        self._engine.launch(work)

    def run(self, use_case_id: int, claim: str) -> None:
        """See `licet.edge.durable.DurableEngine.run`."""
        if self._engine is not None:
            self._engine.run(use_case_id, claim)

    def prune(self, before: datetime) -> int:
        """See `licet.edge.durable.DurableEngine.prune`."""
        return 0 if self._engine is None else self._engine.prune(before)

    def close(self) -> None:
        """See `licet.edge.durable.DurableEngine.close`."""
        if self._engine is not None:
            self._engine.close()


@dataclass(slots=True)
class LatePolicies:
    """The policies (the port `Policies`), behind the import of Cedar; one for a process, so that each version is read once."""

    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _found: CedarPolicies | None = field(default=None, repr=False)

    def answer(self, asked: Asked, held: Digest | None, read: Callable[[], str]) -> PolicyAnswer:
        """See `licet.edge.policies.CedarPolicies.answer`."""
        return self._policies().answer(asked, held, read)

    def check(self, text: str) -> None:
        """See `licet.edge.policies.CedarPolicies.check`."""
        self._policies().check(text)

    def _policies(self) -> CedarPolicies:
        with self._lock:
            if self._found is None:
                from licet.edge.policies import CedarPolicies

                self._found = CedarPolicies()
            return self._found


@dataclass(slots=True, kw_only=True)
class LateSystems:
    """The use cases' own systems (the port `Systems`), behind the import of what loads and asks them; one for a process."""

    root: Path
    secret: Callable[[str], str]
    draw: Draw
    purse: Purse | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _found: FolderSystems | None = field(default=None, repr=False)

    def load(self, slug: UseCaseSlug, answers: AnswerKind, where: SystemKind) -> System | None:
        """See `licet.edge.systems.FolderSystems.load`."""
        with self._lock:
            if self._found is None:
                if not (self.root / slug).is_dir():
                    return None
                from licet.edge.systems import FolderSystems

                self._found = FolderSystems(self.root, self.secret, self.draw, self.purse)
            found = self._found
        return found.load(slug, answers, where)


@dataclass(slots=True, kw_only=True)
class LateDesks:
    """What use cases set for their desks (the port `Desks`), behind the import of what reads their folders; one for a process."""

    root: Path
    _found: FolderDesks | None = field(default=None, repr=False)

    def rules(self, slug: UseCaseSlug) -> DeskRules:
        """See `licet.edge.desk_files.FolderDesks.rules`."""
        if self._found is None:
            from licet.edge.desk_files import FolderDesks

            self._found = FolderDesks(root=self.root)
        return self._found.rules(slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateJudges:
    """Judges of use cases (the port `Judges`), behind the import of what runs their code."""

    root: Path

    def load(self, slug: UseCaseSlug) -> Judge | None:
        """See `licet.edge.judges.FolderJudges.load`."""
        from licet.edge.judges import FolderJudges

        return FolderJudges(root=self.root).load(slug)


@dataclass(slots=True, kw_only=True)
class LateGraders:
    """Graders of use cases (the port `Graders`), behind the import of what runs their code."""

    root: Path
    _found: Graders | None = field(default=None, init=False)

    def load(self, slug: UseCaseSlug, wanted: OwnGrader) -> Grader | Unknown:
        """See `licet.edge.graders.FolderGraders.load`."""
        if self._found is None:
            from licet.edge.graders import FolderGraders

            self._found = FolderGraders(root=self.root)
        return self._found.load(slug, wanted)


@dataclass(slots=True, kw_only=True)
class LateRules:
    """Coded rules of use cases (the port `Rules`), behind the import of what runs their code."""

    root: Path
    _found: Rules | None = field(default=None, init=False)

    def ask(self, slug: UseCaseSlug, question: Question) -> Ruling:
        """See `licet.edge.coded_rules.FolderRules.ask`."""
        if self._found is None:
            from licet.edge.coded_rules import FolderRules

            self._found = FolderRules(root=self.root)
        return self._found.ask(slug, question)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateProcesses:
    """What owners state of their processes (the port `StatedProcesses`), behind the import of what reads their folders."""

    root: Path

    def stated(self, slug: UseCaseSlug) -> StatedForProcess:
        """See `licet.edge.process_file.FolderProcesses.stated`; where there is no file, nothing is loaded that reads one."""
        with suppress(OSError):
            if not (self.root / slug / PROCESS_FILE).exists():
                return StatedForProcess()
        from licet.edge.process_file import FolderProcesses

        return FolderProcesses(root=self.root).stated(slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateAnnouncer:
    """What tells mail and chat (the port `Announcer`), behind the import of apprise.

    Attributes:
        urls: the addresses; they hold secrets.
    """

    urls: tuple[str, ...] = field(repr=False)

    @property
    def addresses(self) -> Sequence[str]:
        """The digests of the addresses, in order."""
        return [hashlib.sha256(url.encode()).hexdigest() for url in self.urls]

    def tell(self, address: str, message: Message) -> str | None:
        """See `licet.edge.notify.Notifier.tell`; without the extra nobody is told, and `licet doctor` says so."""
        try:
            from licet.edge.notify import Notifier
        except ImportError:
            return "LICET_NOTIFY_URLS takes the extra: pip install 'licet[notify]'"
        return Notifier(urls=self.urls).tell(address, message)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFarWitness:
    """The witness elsewhere (the port `FarWitness`), behind the import of what sends.

    Attributes:
        url: its address.
        every: how often it is told, at most.
        secret: gives the secret that signs.
        allow: what LICET_WEBHOOK_ALLOW says.
    """

    url: str
    every: timedelta
    secret: Callable[[str], str]
    allow: str

    @property
    def address_digest(self) -> str:
        """The digest of its address."""
        return hashlib.sha256(self.url.encode()).hexdigest()

    def tell(self, note: str, size: int, now: datetime) -> Outcome:
        """See `licet.edge.far_witness.tell`."""
        from licet.edge.far_witness import tell

        return tell(self.url, note, size, now, self.secret, self.allow)


@dataclass(slots=True, kw_only=True)
class LateEffects:
    """The use cases' effects (the port `Effects`), behind the import of what reads folders and sends; one for a process."""

    root: Path
    secret: Callable[[str], str]
    allow: str
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _found: FolderEffects | None = field(default=None, repr=False)

    def way(self, slug: UseCaseSlug) -> Way | None:
        """See `licet.edge.effects.FolderEffects.way`."""
        return self._effects().way(slug)

    def deliver(self, slug: UseCaseSlug, message: Mapping[str, Json], now: datetime) -> Outcome:
        """See `licet.edge.effects.FolderEffects.deliver`."""
        return self._effects().deliver(slug, message, now)

    def _effects(self) -> FolderEffects:
        with self._lock:
            if self._found is None:
                from licet.edge.effects import FolderEffects

                self._found = FolderEffects(self.root, self.secret, self.allow)
            return self._found


def late_gates() -> GateRules:
    """The gate rules that came with this release, behind the import of what reads YAML."""
    from licet.edge.gate_file import shipped_gates

    return shipped_gates()


class ProviderMissingError(RuntimeError):
    """An identity provider is set up, and what speaks with it is not installed."""


def late_provider(issuer: str, client_id: str, secret: Callable[[], str], now: Callable[[], datetime]) -> Provider:
    """The identity provider, behind the import of what speaks with it.

    Raises:
        ProviderMissingError: when the extra is not installed.
        NotAnIssuerError: when the issuer's address is none that can be trusted.
    """
    try:
        from licet.edge.oidc import Oidc
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"authlib", "joserfc"}:
            raise
        message = "LICET_OIDC_ISSUER is set, and what speaks with it is not installed. Run `pip install 'licet[oidc]'`, or unset it."
        raise ProviderMissingError(message) from None
    return Oidc(issuer=issuer, client_id=client_id, secret=secret, now=now)
