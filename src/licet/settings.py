"""Settings: the few things that are told from outside, each with its meaning; the one place that reads the environment."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

SETTINGS: Mapping[str, str] = {
    "LICET_HOME": "Folder of the installation (made by `licet init`). Default: the nearest folder upwards that holds `.licet`.",
    "LICET_KEY_FILE": "File with the key that payloads are encrypted under. Default: `.licet/key`. Keep a copy apart from the database.",
    "LICET_DATABASE_URL": "Address of a PostgreSQL database, `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`, with `?sslmode=` verify-full "
    "(the default beyond this machine), require or disable. Default: the SQLite file `.licet/licet.sqlite`.",
    "LICET_TEAM": "The team that commands act for: use cases of other teams are not there. Default: the whole installation.",
    "LICET_LOG_LEVEL": "The least that a server or worker logs: debug, info, warning or error. Default: info.",
    "LICET_LOG_FORM": "How it logs on stderr: json (one object a line) or text. Default: text on a terminal, json elsewhere.",
    "LICET_OTEL_ENDPOINT": "Address of an OpenTelemetry collector, such as http://127.0.0.1:4318, that traces are sent to by OTLP/HTTP; "
    "takes the extra `licet[otel]`. Default: no traces.",
    "LICET_SECRET_*": "A secret, under the name that a use case's `use_case.yaml` gives: the value of a header that an HTTP system is "
    "asked with, or what signs a webhook. `LICET_SECRET_ORDERS` is read from LICET_SECRET_ORDERS, or from the file that "
    "LICET_SECRET_ORDERS_FILE names.",
    "LICET_WEBHOOK_ALLOW": "Hosts, addresses and networks, with commas between, that webhooks may reach although they are not public, and "
    "without https: `hooks.internal, 10.1.0.0/16`. Default: none.",
    "LICET_WITNESS_URL": "Address of a witness elsewhere that is told of checkpoints, signed with LICET_SECRET_WITNESS; like a webhook it "
    "must be public or stand in LICET_WEBHOOK_ALLOW. Default: none.",
    "LICET_WITNESS_EVERY": "Seconds between two checkpoints that it is told, at the least. Default: 60.",
    "LICET_TOKEN": "The token with which `licet cases submit --server` shows who it is, where no --token-file is named.",
    "LICET_BODY_LIMIT": "Most bytes of one request to `licet serve`. Default: 10485760.",
    "LICET_SESSION_FILE": "Where the command line keeps the session of whoever signed in, readable by its owner alone. Default: a file for "
    "this installation in `$XDG_STATE_HOME/licet` or `~/.local/state/licet`.",
    "LICET_OIDC_ISSUER": "Address of an identity provider (OpenID Connect), exactly as it names itself; people sign in through it by what "
    "identity.yaml says. Takes the extra `licet[oidc]`, LICET_OIDC_CLIENT_ID and the secret LICET_SECRET_OIDC. Default: none.",
    "LICET_OIDC_CLIENT_ID": "Licet's own name at the identity provider.",
    "LICET_PROXIES": "Addresses, with commas between, of the proxies before `licet serve`; what they say in X-Forwarded-For is the address "
    "that guesses at passwords are counted under. Default: none.",
    "LICET_NOTIFY_URLS": "Addresses that are told at once of trips, suspensions and late audits: mail, Slack, Teams and "
    "others in the form of apprise, with spaces between, or LICET_NOTIFY_URLS_FILE, a file with one a line. They hold secrets. Takes the "
    "extra `licet[notify]`. Default: none.",
    "LICET_DATA": "Folder with data sets for `make studies`; the product does not read it.",
}
"""Every setting, with its meaning; the reference in the docs is tested against it."""

FOLDER = ".licet"
WITNESS_SECRET = "LICET_SECRET_WITNESS"  # noqa: S105 - the name of a secret
OIDC_SECRET = "LICET_SECRET_OIDC"  # noqa: S105 - the name of a secret
USUAL_WITNESS_EVERY, LONGEST_WITNESS_EVERY = 60, 86_400
SMALLEST_BODY, LARGEST_BODY = 1_000, 1_000_000_000
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMS = ("json", "text")


class NoHomeError(LookupError):
    """There is no installation here."""


class TokenMissingError(LookupError):
    """A command needs a token, and none was given."""


class BadSettingError(ValueError):
    """A setting has a value that it cannot have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a server tells outside about itself.

    Attributes:
        level: debug, info, warning or error: the least that is logged.
        form: json or text; None: text on a terminal, json elsewhere.
        traces: address of a collector of OpenTelemetry; None: no traces.
    """

    level: str = "info"
    form: str | None = None
    traces: str | None = None


def telling(environment: Mapping[str, str] | None = None) -> Telling:
    """What the environment says about logs and traces.

    Raises:
        BadSettingError: names the setting, its value and those it may have.
    """
    env = os.environ if environment is None else environment
    level, form = env.get("LICET_LOG_LEVEL", "").lower() or "info", env.get("LICET_LOG_FORM", "").lower() or None
    traces = env.get("LICET_OTEL_ENDPOINT") or None
    _one_of("LICET_LOG_LEVEL", level, LOG_LEVELS)
    _one_of("LICET_LOG_FORM", form or "json", LOG_FORMS)
    if traces is not None and not traces.startswith(("http://", "https://")):
        message = f"LICET_OTEL_ENDPOINT is {traces!r}; write the collector's address, such as http://127.0.0.1:4318, or leave it out."
        raise BadSettingError(message)
    return Telling(level=level, form=form, traces=traces)


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        message = f"{name} is {value!r}; write one of {', '.join(allowed)}, or leave it out."
        raise BadSettingError(message)


class SecretMissingError(LookupError):
    """A secret that a use case's folder names is not there, or cannot be sent."""


LONGEST_SECRET = 8_000


def secret(name: str, environment: Mapping[str, str] | None = None) -> str:
    """A secret by its name: from the environment, or from the file that NAME_FILE names.

    Raises:
        SecretMissingError: when there is none, or none that fits into a header; never says the secret itself.
    """
    env = os.environ if environment is None else environment
    file = env.get(f"{name}_FILE")
    try:
        said = Path(file).read_text("utf-8").rstrip("\r\n") if file else env.get(name, "")
    except (OSError, ValueError) as error:
        message = f"The file of the secret {name}, {file!r}, cannot be read: {type(error).__name__}. Name one that may be read."
        raise SecretMissingError(message) from None
    if not said:
        message = f"The secret {name} is not set. Set it in the environment, or name a file that holds it in {name}_FILE."
        raise SecretMissingError(message)
    if not said.isascii() or not said.isprintable() or said != said.strip() or len(said) > LONGEST_SECRET:
        message = f"The secret {name} holds what no header can: a line break, a space around it, or a letter beyond ASCII. Set it anew."
        raise SecretMissingError(message)
    return said


def notify_urls(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The addresses that are told at once; none where none are set.

    Raises:
        BadSettingError: when the file that is named cannot be read; never says what is in it.
    """
    env = os.environ if environment is None else environment
    file = env.get("LICET_NOTIFY_URLS_FILE")
    try:
        said = Path(file).read_text("utf-8") if file else env.get("LICET_NOTIFY_URLS", "")
    except (OSError, ValueError) as error:
        message = f"LICET_NOTIFY_URLS_FILE names {file!r}, which cannot be read: {type(error).__name__}. Name one that may be read."
        raise BadSettingError(message) from None
    return tuple(dict.fromkeys(said.split()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where an installation keeps what.

    Attributes:
        root: the folder with use_cases/.
        key_file: the payload key.
        database_url: the address of a PostgreSQL database, which may hold a password; None where SQLite is used.
        team: for which team commands act; None: for the whole installation.
        webhook_allow: what webhooks may reach beyond public addresses.
        witness_url: the address of a witness elsewhere; None where there is none.
        witness_every: seconds between two checkpoints that it is told.
        oidc_issuer: the address of an identity provider; None where there is none.
        oidc_client_id: our name there.
    """

    root: Path
    key_file: Path
    database_url: str | None = field(default=None, repr=False)
    team: str | None = None
    webhook_allow: str = ""
    witness_url: str | None = None
    witness_every: int = USUAL_WITNESS_EVERY
    oidc_issuer: str | None = None
    oidc_client_id: str = ""

    @property
    def inner(self) -> Path:
        """The folder with database and keys, for nobody else to read."""
        return self.root / FOLDER

    @property
    def database(self) -> Path:
        """The SQLite file; not there where the database is on PostgreSQL."""
        return self.inner / "licet.sqlite"

    @property
    def ledger_key(self) -> Path:
        """The signing key."""
        return self.inner / "ledger.key"

    @property
    def checkpoints(self) -> Path:
        """Copies of signed checkpoints."""
        return self.inner / "checkpoints.txt"

    @property
    def messages(self) -> Path:
        """Where people are told, until mail is set up."""
        return self.inner / "messages.jsonl"

    @property
    def backed_up(self) -> Path:
        """Marks when `licet backup` last wrote a whole copy: the file's own time."""
        return self.inner / "backed-up"

    @property
    def policies(self) -> Path:
        """The organisation's own policies, as they are written; in force is what was approved."""
        return self.root / "policies"

    @property
    def identity(self) -> Path:
        """What is made of the identity provider's word."""
        return self.root / "identity.yaml"

    @property
    def use_cases(self) -> Path:
        """One folder for each use case."""
        return self.root / "use_cases"


def home_at(root: Path, environment: Mapping[str, str] | None = None) -> Home:
    """The installation in a folder, whether it is there yet or not."""
    env = os.environ if environment is None else environment
    key = env.get("LICET_KEY_FILE")
    return Home(
        root=root,
        key_file=Path(key) if key else root / FOLDER / "key",
        database_url=env.get("LICET_DATABASE_URL") or None,
        team=env.get("LICET_TEAM") or None,
        webhook_allow=env.get("LICET_WEBHOOK_ALLOW", ""),
        witness_url=env.get("LICET_WITNESS_URL") or None,
        witness_every=_seconds("LICET_WITNESS_EVERY", env.get("LICET_WITNESS_EVERY", "")),
        oidc_issuer=env.get("LICET_OIDC_ISSUER") or None,
        oidc_client_id=env.get("LICET_OIDC_CLIENT_ID", ""),
    )


def _seconds(name: str, text: str) -> int:
    if not text:
        return USUAL_WITNESS_EVERY
    if not text.isascii() or not text.isdigit() or len(text) > len("86400") or not 1 <= int(text) <= LONGEST_WITNESS_EVERY:
        message = f"{name} is {text!r}: write a whole number of seconds, 1 to {LONGEST_WITNESS_EVERY}."
        raise BadSettingError(message)
    return int(text)


def find_home(start: Path | None, environment: Mapping[str, str] | None = None) -> Home:
    """Finds the installation: the folder named, the one of LICET_HOME, or the nearest upwards from here.

    Raises:
        NoHomeError: when there is none; names where it was looked for.
    """
    env = os.environ if environment is None else environment
    named = start or (Path(env["LICET_HOME"]) if env.get("LICET_HOME") else None)
    if named is not None:
        if not (named / FOLDER).is_dir():
            message = f"There is no installation in {str(named)!r}. Make one with `licet init {named}`."
            raise NoHomeError(message)
        return home_at(named, env)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FOLDER).is_dir():
            return home_at(folder, env)
    message = f"There is no installation in {str(here)!r} or above. Make one with `licet init`, or name its folder with --home."
    raise NoHomeError(message)


def session_file(home: Home, environment: Mapping[str, str] | None = None) -> Path:
    """Where the command line keeps a session: one file for each installation, in the user's state folder."""
    env = os.environ if environment is None else environment
    named = env.get("LICET_SESSION_FILE")
    if named:
        return Path(named)
    state = Path(env.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    whose = hashlib.sha256(str(home.root.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return state / "licet" / f"{whose}.session"


def proxies(environment: Mapping[str, str] | None = None) -> frozenset[str]:
    """The addresses of proxies that stand before the server.

    Raises:
        BadSettingError: names the setting and what is no address.
    """
    env = os.environ if environment is None else environment
    found = frozenset(part.strip() for part in env.get("LICET_PROXIES", "").split(",") if part.strip())
    for one in sorted(found):
        try:
            ip_address(one)
        except ValueError:
            message = f"LICET_PROXIES holds {one!r}; write IP addresses with commas between, such as 10.0.0.5, or leave it out."
            raise BadSettingError(message) from None
    return found


def token_from(file: Path | None, environment: Mapping[str, str] | None = None) -> str:
    """The token a program shows: from a file, or from LICET_TOKEN.

    Raises:
        TokenMissingError: when there is none, or it is no line of visible ASCII characters.
    """
    env = os.environ if environment is None else environment
    text = (env.get("LICET_TOKEN", "") if file is None else file.read_text("utf-8", "replace")).strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        where = "LICET_TOKEN" if file is None else str(file)
        message = f"{where} holds no token. Make one with `licet token new`, and put it into LICET_TOKEN or a file for --token-file."
        raise TokenMissingError(message)
    return text


def body_limit(environment: Mapping[str, str] | None = None) -> int | None:
    """Most bytes of one request, from LICET_BODY_LIMIT; None where it is not set.

    Raises:
        BadSettingError: when it is no whole number of 1,000 to 1,000,000,000.
    """
    env = os.environ if environment is None else environment
    text = env.get("LICET_BODY_LIMIT", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > len("1000000000") or not SMALLEST_BODY <= int(text) <= LARGEST_BODY:
        message = f"LICET_BODY_LIMIT is {text!r}: write a whole number of bytes, {SMALLEST_BODY} to {LARGEST_BODY}."
        raise BadSettingError(message)
    return int(text)
