"""What a template may hold, and what never leaves a team's folder."""

import hashlib
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.core.published import NotATemplateNameError, reference
from licet.core.template_files import (
    CUT,
    LARGEST,
    MOST_FILES,
    NotATemplateError,
    changes,
    check_files,
    files_digest,
    listing,
    secret_in,
    to_decide,
    why_not,
    why_not_within,
)
from tests.flows.templating import FILES

NAMES = st.from_regex(r"[a-z]{1,6}(/[a-z]{1,4})?\.py", fullmatch=True)
SETS = st.dictionaries(NAMES, st.binary(max_size=20), max_size=5)


@pytest.mark.parametrize(
    "path",
    [
        "system.py",
        "grader.py",
        "parts/words.py",
        "guideline.md",
        "prompt.md",
        "prompt-2.txt",
        "answer.schema.json",
        "schema.json",
        "baseline.yaml",
    ],
)
def test_what_makes_a_use_case_work_goes_along(path: str) -> None:
    assert why_not(path) is None


@pytest.mark.parametrize(
    ("path", "why"),
    [
        (".env", "hidden"),
        (".git/config.py", "hidden"),
        ("cases/one.md", "cases"),
        ("Data/one.md", "cases"),
        ("__pycache__/x.py", "compiled"),
        ("secrets.py", "named like a secret"),
        ("id_rsa", "named like a secret"),
        ("credentials.md", "named like a secret"),
        ("effect.py", "each team's own"),
        ("EFFECT.py", "each team's own"),
        ("template.lock", "where this folder came from"),
        ("past.csv", "kinds"),
        ("log.xes", "kinds"),
        ("calibration.json", "kinds"),
        ("server.pem", "kinds"),
        ("other.yaml", "kinds"),
        ("parts/use_case.yaml", "kinds"),
        ("words.txt", "kinds"),
        ("../system.py", "hidden"),
        ("/system.py", "a path has"),
        ("a\\b.py", "a path has"),
        ("a b.py", "a path has"),
        ("grüße.py", "a path has"),
        (f"{'a' * 200}.py", "a path has"),
    ],
)
def test_what_is_of_cases_of_one_team_or_of_no_known_kind_stays_at_home(path: str, why: str) -> None:
    found = why_not(path)
    assert found is not None
    assert why in found


def test_what_is_no_text_or_too_large_stays_at_home() -> None:
    assert why_not_within("Grüße\n".encode()) is None
    assert "UTF-8" in str(why_not_within(b"\xff\xfe"))
    assert "UTF-8" in str(why_not_within(b"a\0b"))
    assert f"{LARGEST:,}" in str(why_not_within(b"a" * (LARGEST + 1)))
    assert why_not_within(b"a" * LARGEST) is None


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "private key"),
        ("KEY = 'sk-" + "a1" * 12 + "'", "key of a provider"),
        ("AKIA" + "ABCDEFGH12345678", "key of a provider"),
        ("url: https://bo:geheim@example.org/x", "address with a password"),
        ("password = 'correct-horse'", "a password"),
        ('"api_key": "0123456789abcdef"', "a password"),
        ("licet_" + "a1B" * 14 + "_", "token of Licet"),
        ("password: hunter2hunter2", "a password"),
        ("  db_password: hunter2hunter2  # of the test machine", "a password"),
        ('api_key = f"abcdefghijk1234"', "a password"),
        ("AWS_SECRET_ACCESS_KEY=" + "abcdefghij" * 3 + "0123456789", "a password"),
        ("SharedAccessKey=" + "abcdefghij" * 3 + "0123456789=", "a password"),
        ("Authorization: Bearer " + "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0In0.abcdefghij", "a token"),
        ("Authorization: Bearer " + "0123456789abcdef" * 2, "a token"),
        ("AI" + "zaSyA1234567890abcdefghijklmnopqrstuv", "key of a provider"),
        ("gl" + "pat-abcdefghijklmnopqrst", "key of a provider"),
        ("h" + "f_abcdefghijklmnopqrstuvwxyzABCDEF", "key of a provider"),
        ("np" + "m_abcdefghijklmnopqrstuvwxyz0123456789", "key of a provider"),
        ("dap" + "i1234567890abcdef1234567890abcdef", "key of a provider"),
        ("https://hooks." + "slack.com/services/T00000000/B00000000/" + "X" * 24, "address of a webhook"),
    ],
)
def test_what_looks_like_a_secret_is_found_with_its_line(line: str, what: str) -> None:
    found = secret_in(f"# one\n\n{line}\n".encode())
    assert found is not None
    assert found[0] == 3
    assert what in found[1]
    with pytest.raises(NotATemplateError, match=r"'system\.py', line 1"):
        check_files({**FILES, "system.py": line.encode()})


@pytest.mark.parametrize("unit", ["a", "a.b", "password=", "eyJa-", "x://y:"])
def test_one_long_line_holds_up_no_door(unit: str) -> None:
    """Breaks when the time that the search takes grows with the square of a line: a megabyte of it took hours."""
    began = process_time()
    assert secret_in((unit * (200_000 // len(unit))).encode()) is None
    assert process_time() - began < 10.0


def test_the_name_of_a_secret_is_no_secret() -> None:
    harmless = b"""
secret: LICET_SECRET_ORDERS
key = os.environ['KEY']
url: https://example.org/a?b=c
password = read()
licet_effects_oldest_seconds = 1
password = settings.key2
password: str
api_key: SecretStr
api_key = keys[0]
access_token = tokens.read(1)
password: ${DATABASE_PASSWORD_2}
The password: at least 12 characters
Authorization: Bearer TOKEN
headers = {"Authorization": f"Bearer {token}"}
postgresql://USER:PASSWORD@HOST/NAME
"""
    assert secret_in(harmless) is None


def test_a_set_of_files_that_cannot_be_a_template_says_why() -> None:
    check_files(FILES)
    wrong = {
        "200 at most": {**FILES, **{f"m{k}.py": b"" for k in range(MOST_FILES)}},
        "together at most": {**FILES, **{f"m{k}.py": b"#" * LARGEST for k in range(9)}},
        "but for capitals": {**FILES, "System.py": b""},
        "'System.py' and 'system.py'": {**FILES, "System.py": b""},
        "'a.py' is a file, and a folder for 'a.py/b.py'": {**FILES, "a.py": b"", "a.py/b.py": b""},
        "'A.py' is a file": {**FILES, "A.py": b"", "a.py/c/b.py": b""},
        "no 'standard.yaml'": {"use_case.yaml": b""},
        "hidden": {**FILES, ".env": b""},
    }
    for why, files in wrong.items():
        with pytest.raises(NotATemplateError, match=why):
            check_files(files)


@given(before=SETS, after=SETS)
def test_two_sets_have_one_digest_exactly_where_nothing_differs(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    changed = changes(listing(before), listing(after))
    assert (files_digest(listing(before)) == files_digest(listing(after))) is (changed == ()) is (before == after)
    rebuilt = {path: hashlib.sha256(data).hexdigest() for path, data in before.items()}
    for one in changed:
        assert rebuilt.get(one.path) == one.before
        rebuilt.pop(one.path, None)
        if one.after is not None:
            rebuilt[one.path] = one.after
    assert rebuilt == {path: hashlib.sha256(data).hexdigest() for path, data in after.items()}


def test_what_a_team_must_decide_itself_is_said() -> None:
    told = f"http:\n  url: https://bank.example.org/v1\n# https://example.org\n{CUT.format('effect')}\n"
    said = " ".join(to_decide({**FILES, "use_case.yaml": told.encode(), "baseline.yaml": b"hour: 1\n"}, "post"))
    for part in (
        "licet standard lock post",
        "licet import post",
        "system.py",
        "'https://bank.example.org/v1'",
        "'effect'",
        "baseline.yaml says",
    ):
        assert part in said
    assert "'https://example.org'" not in said


@pytest.mark.parametrize("raw", ["Mails", "mails@", "mails@123", "mails@" + "A" * 64, "mails@" + "0" * 65, "../mails", ""])
def test_a_reference_is_a_name_and_the_beginning_of_a_digest(raw: str) -> None:
    with pytest.raises(NotATemplateNameError):
        reference(raw)
