"""What a template may hold: which files of a use case's folder go along, which stay at home and why, and what is no secret."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from licet.core.canonical import digest
from licet.core.ids import Digest
from licet.core.token import BEGINS

LOCK_FILE = "template.lock"
"""Beside the files that came from a template: which one, and its digest. It never goes along."""
MOST_FILES = 200
"""Files of one template."""
LARGEST = 2**20
"""Bytes of one file."""
LARGEST_TOGETHER = 8 * 2**20
"""Bytes of all files of one template."""
LONGEST_PATH = 200
"""Characters of a path inside the folder."""

FORMS = frozenset({"use_case.yaml", "standard.yaml", "process.yaml", "redesign.yaml", "baseline.yaml", "workflow.yaml"})
"""YAML files that go along; another one may be anything."""
NEEDED = ("use_case.yaml", "standard.yaml")
"""Without these no use case begins."""
AT_HOME = frozenset({"cases", "history", "data", "logs", "__pycache__"})
"""Folders whose names say that cases, or compiled code, are in them."""

_PATH = re.compile(r"\w[\w.-]*(/\w[\w.-]*)*", re.ASCII)
_TEXTS = re.compile(r"(.+\.md|prompt[\w.-]*\.txt|[\w.-]*schema[\w.-]*\.json)", re.ASCII)
_SECRETIVE = re.compile(r"(secret|credential|password|passwd|token|apikey|api_key|private_key|id_rsa|id_ed25519)s?([._-]|$)", re.I)
# Every repetition has a limit: a line of a million signs is searched in seconds, not in hours.
_NAMED = r"(?:password|passwd|passphrase|secret|api_?key|access_?key|account_?key|(?:access|auth|refresh)_?token)"
_QUOTED = r"[bfru]{0,2}[\"'](?!LICET_)[^\"'\s]{8,500}[\"']"
_BARE = r"(?!LICET_|[a-z_]\w{0,80}(?:\.[a-z_]\w{0,80}){1,20}(?:\s|#|$))(?=\S{0,500}\d)[\w+/=.~!@$%^&*-]{8,500}(?:\s|#|$)"
"""As YAML and `.env` write it: with a digit, and no names joined by dots, as `settings.key2`, which is code that reads a secret."""
_KEYS: Sequence[tuple[str, re.Pattern[str]]] = (
    ("a private key", re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY")),
    (
        "a key of a provider",
        re.compile(
            r"\b(?:(?:sk|rk|pk)[-_][A-Za-z0-9_-]{20,}|A[KS]IA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,}|xox[abprs]-[\w-]{10,}"
            r"|AIza[\w-]{30,}|glpat-[\w-]{20,}|hf_[A-Za-z0-9]{30,}|npm_[A-Za-z0-9]{36}|dapi[0-9a-f]{32})"
        ),
    ),
    ("a token of Licet", re.compile(rf"\b{BEGINS}[A-Za-z0-9_-]{{43}}(?![\w-])")),
    ("a token", re.compile(r"\beyJ[\w-]{8,2000}\.eyJ[\w-]{8}|(?i:\bbearer)\s{1,20}(?=[\w.~+/-]{0,200}\d)[\w.~+/-]{20,}")),
    ("the address of a webhook", re.compile(r"hooks\.slack(?:-gov)?\.com/\w+/[\w/]{20,}|discord(?:app)?\.com/api/webhooks/\d+/[\w-]{20,}")),
    ("an address with a password", re.compile(r"(?<=[a-z0-9])://[^/\s:@\"']{1,200}:(?![A-Z_]{1,200}@)[^/\s@\"']{1,200}@")),
    ("a password", re.compile(rf"(?i){_NAMED}[\"']?\s{{0,20}}[:=]\s{{0,20}}(?:{_QUOTED}|{_BARE})")),
)


def _is_unusual(path: str) -> bool:
    return not _PATH.fullmatch(path) or len(path) > LONGEST_PATH


def _is_of_no_kind(path: str) -> bool:
    name = path.rpartition("/")[2]
    return not (name.endswith(".py") or path in FORMS or _TEXTS.fullmatch(name))


_WHY_NOT: Mapping[str, Callable[[str], object]] = {
    "it says where this folder came from, not what is in it.": lambda path: path == LOCK_FILE,
    "hidden files are not shared.": lambda path: any(part.startswith(".") for part in path.split("/")),
    f"a path has letters, digits, _ - . and / alone, and {LONGEST_PATH} characters at most.": _is_unusual,
    "compiled code and cases are not shared.": lambda path: not AT_HOME.isdisjoint(path.lower().split("/")[:-1]),
    "it is named like a secret.": lambda path: _SECRETIVE.match(path.rpartition("/")[2]),
    "what happens in the world after a decision is each team's own.": lambda path: path.lower() == "effect.py",
    "it is none of the kinds that are shared: Python, Markdown, a prompt, a JSON schema, a YAML file that Licet knows.": _is_of_no_kind,
}


class NotATemplateError(ValueError):
    """Files that cannot be a template: too many, too large, one missing, or one that holds a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What was found in a use case's folder.

    Attributes:
        files: what goes along: path with forward slashes to bytes.
        left_out: what does not, and why, in a sentence; paths of whole folders end with a slash.
    """

    files: Mapping[str, bytes] = field(repr=False)
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is known of a file without its contents: SHA-256 in hex, and bytes."""

    sha256: str
    size: int


Listing = Mapping[str, Fact]
"""The files of a template, by path."""


def why_not(path: str) -> str | None:
    """Says why a file never goes along, by its path alone; None where it may."""
    return next((why for why, holds in _WHY_NOT.items() if holds(path)), None)


def why_not_within(data: bytes) -> str | None:
    """Says why a file never goes along, by what is in it; None where it may. A secret is another matter: `secret_in`."""
    if len(data) > LARGEST:
        return f"it has {len(data):,} bytes; {LARGEST:,} are the most."
    try:
        plain = "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        plain = False
    return None if plain else "it is no text in UTF-8."


def secret_in(data: bytes) -> tuple[int, str] | None:
    """Finds the first thing that looks like a secret: its line, counted from 1, and what it looks like. None: nothing does.

    It finds what is written in a usual form, and proves nothing of a file in which it finds none.
    """
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        for what, looks in _KEYS:
            if looks.search(line):
                return number, what
    return None


def check_files(files: Mapping[str, bytes]) -> None:
    """Holds files against everything that a template must be; both doors ask it, publishing and bringing one from elsewhere.

    Raises:
        NotATemplateError: with the first thing that is wrong.
    """
    if len(files) > MOST_FILES:
        raise NotATemplateError(f"{len(files):,} files; a template has {MOST_FILES} at most. Move what is not needed out of the folder.")
    together = sum(map(len, files.values()))
    if together > LARGEST_TOGETHER:
        raise NotATemplateError(f"{together:,} bytes; the files of a template have {LARGEST_TOGETHER:,} together at most. Shorten them.")
    _check_names(files)
    for needed in NEEDED:
        if needed not in files:
            raise NotATemplateError(f"There is no {needed!r}, without which no use case begins. Put it in.")
    for path, data in files.items():
        _check_file(path, data)


def _check_names(files: Iterable[str]) -> None:
    """Refuses two names that cannot lie in one folder on every machine."""
    known: dict[str, str] = {}
    for path in sorted(files):
        before = known.setdefault(path.lower(), path)
        if before != path:
            why = f"Two files have one name but for capitals, which is one file on some machines: {before!r} and {path!r}."
            raise NotATemplateError(f"{why} Rename one of them.")
    for path in known:
        parts = path.split("/")
        above = next((known[one] for at in range(1, len(parts)) if (one := "/".join(parts[:at])) in known), None)
        if above is not None:
            raise NotATemplateError(f"{above!r} is a file, and a folder for {known[path]!r}; it cannot be both. Rename one of them.")


def _check_file(path: str, data: bytes) -> None:
    why = why_not(path) or why_not_within(data)
    if why is not None:
        raise NotATemplateError(f"{path!r} cannot be in a template: {why} Take it out.")
    found = secret_in(data)
    if found is not None:
        line, what = found
        message = f"{path!r}, line {line}, looks like {what}. Nothing was shared. Read it from the environment instead, and change it."
        raise NotATemplateError(message)


def listing(files: Mapping[str, bytes]) -> Listing:
    """The files without their contents, sorted by path."""
    return {path: Fact(sha256=hashlib.sha256(files[path]).hexdigest(), size=len(files[path])) for path in sorted(files)}


def files_digest(found: Listing) -> Digest:
    """Names a set of files by everything in it: each path and the SHA-256 of each content, and nothing of who, when or why."""
    return Digest(digest({"template": 1, "files": {path: one.sha256 for path, one in found.items()}}))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """What became of one file. `before` is None where it was added, `after` where it was taken out; both are SHA-256 in hex."""

    path: str
    before: str | None
    after: str | None


def changes(before: Listing, after: Listing) -> tuple[FileChange, ...]:
    """File by file what differs between two sets, sorted by path; empty where they are the same."""
    found = []
    for path in sorted({*before, *after}):
        was, is_now = before.get(path), after.get(path)
        if was != is_now:
            ends = (None if one is None else one.sha256 for one in (was, is_now))
            found.append(FileChange(path=path, before=next(ends), after=next(ends)))
    return tuple(found)


_ADDRESS = re.compile(r"https?://[^\s\"'#]+")
CUT = "# Left out when this was published: {}. Each team says its own."
"""The line that stands in a YAML file where a block of one team stood."""
_CUT = re.compile(re.escape(CUT).replace(r"\{\}", r"([\w. ]+)"))


def to_decide(files: Mapping[str, bytes], slug: str) -> tuple[str, ...]:
    """What a team must settle itself before its new use case can go anywhere, in sentences; nothing of it came with the template.

    Args:
        files: of the template.
        slug: the new use case's name.
    """
    code = [path for path in sorted(files) if path.endswith(".py")]
    told = files.get("use_case.yaml", b"").decode("utf-8", "replace").splitlines()
    addresses = sorted({one for line in told if not line.lstrip().startswith("#") for one in _ADDRESS.findall(line)})
    stated = [path for path in ("process.yaml", "redesign.yaml", "baseline.yaml", "workflow.yaml") if path in files]
    says = [
        f"standard.yaml is a draft that nobody here has locked: read it, change it, then `licet standard lock {slug}`.",
        f"Past cases are your own: `licet import {slug} FILE`. No case, verdict, approval, mandate or qualification came along.",
        f"How much care it takes is answered anew: `licet risk answer {slug}`.",
    ]
    says += [f"Read the code before it runs, it is yours from now on: {', '.join(code)}."] if code else []
    says += [f"use_case.yaml names {one!r}: is that yours?" for one in addresses]
    says += [f"use_case.yaml came without {what[1]!r}: write your own, or do without." for line in told if (what := _CUT.fullmatch(line))]
    says += [f"{path} says how another team works, or assumes to: say what holds for yours." for path in stated]
    return tuple(says)
