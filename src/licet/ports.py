"""The outside world as flows see it: the AI, the clock, chance, keys, the signature, the post, and what decisions do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from licet.core.answer import Answer, AnswerKind
    from licet.core.budget import Budget, Taken
    from licet.core.canonical import Json
    from licet.core.case import Content
    from licet.core.cost import Cost
    from licet.core.desk import DeskRules
    from licet.core.effect import Outcome, Way
    from licet.core.ids import CaseNumber, Digest, UseCaseSlug
    from licet.core.incident import Message
    from licet.core.judge import JudgeCard, Opinion
    from licet.core.outside import Away, Said
    from licet.core.picture import Drawn, NotDrawn
    from licet.core.policy import Asked, PolicyAnswer
    from licet.core.refusal import Refused
    from licet.core.signal import Fact
    from licet.core.system import Precedent, Proposed, SystemCard, SystemKind


class System(Protocol):
    """The AI under consideration."""

    @property
    def card(self) -> SystemCard:
        """Which system it is."""
        ...

    def propose(self, contents: Sequence[Content]) -> Sequence[Proposed]:
        """Proposes an answer for each case, in order; never raises for a single case."""
        ...

    def longest(self, cases: int) -> timedelta:
        """How long `propose` may wait for others at most, by its own limits; nothing for one that computes here."""
        ...


class Guardian(Protocol):
    """Knows the past cases and says how familiar a new one is."""

    @property
    def digest(self) -> str:
        """What it was made of (64 hex characters)."""
        ...

    def familiarity(self, contents: Sequence[Content]) -> Sequence[float]:
        """Similarity in [0, 1] to the nearest past cases, one per content."""
        ...

    def precedents(self, contents: Sequence[Content]) -> Sequence[tuple[Precedent, ...]]:
        """The most similar past cases, nearest first, one tuple per content."""
        ...

    def to_bytes(self) -> bytes:
        """Everything it needs, without pickle."""
        ...


class Example(Protocol):
    """A past case as a system learns from it."""

    @property
    def case(self) -> CaseNumber:
        """Its number."""
        ...

    @property
    def content(self) -> Content:
        """What it contains."""
        ...

    @property
    def answer(self) -> str:
        """What a person answered."""
        ...


class TrainedSystem(System, Protocol):
    """A system that was trained here and can be stored."""

    @property
    def guardian(self) -> Guardian:
        """Its view of what is familiar."""
        ...

    def to_bytes(self) -> bytes:
        """Everything it needs, without pickle."""
        ...


class Trainer(Protocol):
    """Makes the built-in system."""

    def train(self, examples: Sequence[Example], calibration: Sequence[Example]) -> TrainedSystem:
        """Trains on the build part and calibrates on the calibration part."""
        ...

    def restore(self, raw: bytes) -> TrainedSystem:
        """Reads what `to_bytes` wrote."""
        ...


class GuardianMaker(Protocol):
    """Makes the familiarity guard for systems that come from outside."""

    def fit(self, examples: Sequence[Example]) -> Guardian:
        """Looks at the build part."""
        ...

    def restore(self, raw: bytes) -> Guardian:
        """Reads what `to_bytes` wrote."""
        ...


class Systems(Protocol):
    """Finds a use case's own system: the Python function in its folder, or the endpoint that the folder names."""

    def load(self, slug: UseCaseSlug, answers: AnswerKind, where: SystemKind) -> System | None:
        """The callable or the HTTP system of a use case, as `where` says; None where its folder has none."""
        ...


class Judge(Protocol):
    """Says of answers whether they are right."""

    @property
    def card(self) -> JudgeCard:
        """Which judge it is."""

    def says(self, contents: Sequence[Content], answers: Sequence[Answer]) -> Sequence[Opinion]:
        """What it says of the answer to each case, in order; never raises for a single one."""


class Judges(Protocol):
    """Finds a use case's judge: the Python function in its folder."""

    def load(self, slug: UseCaseSlug) -> Judge | None:
        """The judge of a use case; None where its folder has none."""


class Purse(Protocol):
    """Counts what use cases spend on asking their systems; safe for many processes."""

    def take(self, slug: UseCaseSlug, amount: Cost, budget: Budget | None) -> Taken | None:
        """Counts an amount as spent before anything is asked; None where the budget has no room for it, and nothing may be asked."""

    def settle(self, taken: Taken, spent: Cost) -> None:
        """Puts what was really spent in place of what was counted."""


class Desks(Protocol):
    """Finds what a use case sets for its desk: in its folder."""

    def rules(self, slug: UseCaseSlug) -> DeskRules:
        """How soon its cases are due, whom they ask for, and how to decide; what is ordinary where it sets nothing."""
        ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class Draw(Protocol):
    """Makes chance."""

    def secret(self) -> bytes:
        """32 bytes nobody can predict."""
        ...

    def token(self, prefix: str) -> str:
        """A short name nobody can guess: the prefix and 16 letters and digits."""
        ...


class Vault(Protocol):
    """Keeps payloads unreadable to whoever has the database without the key file."""

    def key(self, purpose: str, salt: bytes) -> bytes:
        """The key for a purpose and a salt: 32 bytes; gone for good when the salt is deleted."""
        ...

    def encrypt(self, key: bytes, plain: bytes) -> bytes:
        """Encrypts and authenticates."""
        ...

    def decrypt(self, key: bytes, sealed: bytes) -> bytes:
        """Reads what `encrypt` wrote."""
        ...


class Passwords(Protocol):
    """Hashes passwords, slowly on purpose; ask it outside transactions."""

    def hashed(self, password: str) -> str:
        """A hash to be kept, with its salt and parameters in it."""
        ...

    def right(self, password: str, kept: str | None) -> bool:
        """Whether a password is the one that was hashed; with None it does the same work and says no."""
        ...

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with parameters that are no longer used."""
        ...


class Codes(Protocol):
    """Second factors: codes of six digits that change with time (RFC 6238)."""

    def secret(self) -> str:
        """A new secret, in base 32."""
        ...

    def step(self, secret: str, code: str, now: datetime) -> int | None:
        """The number of the time step whose code this is, at most one away from now; None where it is none."""
        ...

    def address(self, secret: str, email: str) -> str:
        """The `otpauth://` address that an authenticator app takes."""
        ...


class Seal(Protocol):
    """Signs what the ledger says."""

    @property
    def name(self) -> str:
        """The signer's name, which is the ledger's name too."""
        ...

    @property
    def vkey(self) -> str:
        """The public key, in the form a verifier takes."""
        ...

    def sign(self, size: int, root: bytes) -> str:
        """A signed checkpoint over the first `size` entries, whose tree has this root (32 bytes)."""
        ...


class Post(Protocol):
    """Tells people outside."""

    def deliver(self, message: Message) -> None:
        """Delivers one message; may be asked twice for the same one."""
        ...


class Announcer(Protocol):
    """Tells mail and chat what an owner must hear at once."""

    @property
    def addresses(self) -> Sequence[str]:
        """The digests of the addresses there are."""
        ...

    def tell(self, address: str, message: Message) -> str | None:
        """Tells one address, by its digest; why it did not take the message, None where it did. May be asked twice for the same."""
        ...


class Witness(Protocol):
    """Keeps copies of checkpoints outside the database."""

    def keep(self, note: str) -> None:
        """Appends one signed checkpoint."""
        ...

    def newest(self) -> str | None:
        """The checkpoint kept last; None when there is none."""
        ...


class FarWitness(Protocol):
    """A witness elsewhere, which is told of checkpoints."""

    @property
    def every(self) -> timedelta:
        """How often it is told, at most."""
        ...

    @property
    def address_digest(self) -> str:
        """Under what it is remembered here: the digest of its address (64 hex characters)."""
        ...

    def tell(self, note: str, size: int, now: datetime) -> Outcome:
        """Tells it of one signed checkpoint; never raises, and may tell the same one twice."""
        ...


class Pictures(Protocol):
    """Draws what cases bring as pictures that a browser may show."""

    def __call__(self, data: bytes, media_type: str, *, page: int = 0) -> Drawn | NotDrawn:
        """Draws a picture, or a page of a document, from 0, anew and within limits; never raises for what is in it."""
        ...


class Journal(Protocol):
    """Is told what a running server does. Flows never speak to it: whoever runs them says what came of them."""

    def __call__(self, signal: str, /, **facts: Fact) -> None:
        """Takes one of `licet.core.signal.SIGNALS` with its facts; never a payload, an answer, a name or a secret."""
        ...


class Trace(Protocol):
    """Measures how long the steps of a request or a chunk take."""

    def span(self, name: str, /, **facts: Fact) -> AbstractContextManager[None]:
        """Surrounds a step: request, chunk, propose, decide or effect."""
        ...


class Effects(Protocol):
    """Tells the world what was decided."""

    def way(self, slug: UseCaseSlug) -> Way | None:
        """How decisions of a use case take effect; None where they do not. Quick, and never raises: it is asked while deciding."""
        ...

    def deliver(self, slug: UseCaseSlug, message: Mapping[str, Json], now: datetime) -> Outcome:
        """Tells the receiver of one effect, in `LONGEST_TIMEOUT` at most; may be asked twice for the same one. Never raises."""
        ...


class Policies(Protocol):
    """Says who may do what."""

    def answer(self, asked: Asked, held: Digest | None, read: Callable[[], str]) -> PolicyAnswer:
        """Answers a question by the policies that Licet ships and an organisation's additions. Never raises; what goes wrong is a no.

        Args:
            asked: the question.
            held: digest of the additions in force; None where there are none.
            read: gives their text; asked once for each digest in a process.
        """
        ...

    def check(self, text: str) -> None:
        """Refuses additions that cannot be read, do not fit the schema, or would shut everybody out of changing them again.

        Raises:
            NotRulesError: names the policy, what is wrong with it and the remedy.
        """
        ...


class Durable(Protocol):
    """Runs chunks of cases so that a restart of a worker goes on with what it had begun."""

    def launch(self, work: Callable[[int, str], None]) -> None:
        """Begins; `work` takes the row id of a use case and the name of a claim, and may be asked twice for the same one."""
        ...

    def run(self, use_case_id: int, claim: str) -> None:
        """Works a claim off; raises what the work raises."""
        ...

    def prune(self, before: datetime) -> int:
        """Forgets what ended before a moment; says how much it was."""
        ...

    def close(self) -> None:
        """Ends."""
        ...


class Provider(Protocol):
    """An identity provider (OpenID Connect Core 1.0), to which people are sent and which gives its word on them."""

    def address(self, away: Away, state: str) -> str | Refused:
        """Where somebody is sent who is to sign in; `Refused` (`identity_unavailable`) where the provider does not answer."""
        ...

    def word(self, away: Away, code: str, groups: str) -> Said | Refused:
        """What the provider says of whoever brings a code, with all checked that binds it to this sign-in.

        Args:
            away: the sign-in as it went.
            code: what they bring.
            groups: the claim that holds groups.

        Returns:
            Its word; `Refused` with `identity_refused` where it does not hold, or `identity_unavailable`.
        """
        ...
