"""A use case's folder is read strictly, and every mistake is shown with its line and a way out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from licet.core.answer import AnswerKind
from licet.core.ids import UseCaseSlug
from licet.core.measure import Measure, MeasureKind
from licet.core.standard import DeclaredLook, GuardRules, Method, Standard
from licet.edge.folder import BadFolderError, Finding, UseCaseFile, check_folder, load_standard, load_use_case
from licet.edge.system_blocks import CallableBlock, HttpBlock

USE_CASE = """\
title: Payment slips
answer: choice
answers: [0, 1, yes, no, 1.50, ~, null, 2026-01-01]
"""
STANDARD = """\
measures:
  - name: error
    kind: error_alone
    target: 0.05
    confidence: 0.95
"""
MEASURE = Measure(name="error", kind=MeasureKind.ERROR_ALONE, target=0.05, confidence=0.95)

Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Makes a folder with the files given; the others are sound."""

    def make(use_case: str | bytes = USE_CASE, standard: str | bytes = STANDARD, system: str | bytes | None = None) -> Path:
        path = tmp_path / "payment-slips"
        path.mkdir(exist_ok=True)
        for name, content in (("use_case.yaml", use_case), ("standard.yaml", standard), ("system.py", system)):
            if content is not None:
                (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def refused(load: Callable[[Path], object], folder: Path) -> tuple[Finding, ...]:
    with pytest.raises(BadFolderError) as caught:
        load(folder)
    error = caught.value
    first = error.findings[0]
    assert (error.file, error.line, error.why, error.remedy) == (first.file, first.line, first.why, first.remedy)
    assert str(error).splitlines()[0] == str(first)
    assert all(finding.why and finding.remedy for finding in error.findings)
    return error.findings


# What a folder says


def test_answers_are_the_text_their_author_typed(folder: Folder) -> None:
    use_case = load_use_case(folder())
    assert use_case == UseCaseFile(
        slug=UseCaseSlug("payment-slips"),
        title="Payment slips",
        answer=AnswerKind.CHOICE,
        answers=("0", "1", "yes", "no", "1.50", "~", "null", "2026-01-01"),
        system="auto",
        content=(),
    )


def test_a_title_may_look_like_a_number(folder: Folder) -> None:
    assert load_use_case(folder("title: 2026\nanswer: text\nsystem: posted\ncontent: [1, text]\n")).title == "2026"


def test_keys_left_out_of_a_standard_take_their_defaults(folder: Folder) -> None:
    assert load_standard(folder()) == Standard(measures=(MEASURE,))


def test_a_standard_says_all_it_can_say(folder: Folder) -> None:
    text = """
method: anytime
looks: [{labels: 100, share: 0.5}, {labels: all, share: .5}]
attempts: [5e-1, 0.25]
min_coverage: 0
high_stakes: [0, no]
never_alone:
  answers: [1]
  attributes: {vip: [yes, 1], 7: [x]}
guards: {high_stakes_max: null}
"""
    assert load_standard(folder(standard="\ufeff" + STANDARD + text)) == Standard(
        measures=(MEASURE,),
        method=Method.ANYTIME,
        looks=(DeclaredLook(labels=100, share=0.5), DeclaredLook(labels=None, share=0.5)),
        attempts=(0.5, 0.25),
        min_coverage=0.0,
        high_stakes=frozenset({"0", "no"}),
        never_alone_answers=frozenset({"1"}),
        never_alone_attributes={"vip": frozenset({"yes", "1"}), "7": frozenset({"x"})},
        guards=GuardRules(high_stakes_max=None, unfamiliar_share=0.02),
    )


HTTP = """\
http:
  url: https://model.example.org/propose?api=2
  version: 1.50
"""


def test_an_endpoint_is_named_in_a_block_and_the_rest_of_it_has_defaults(folder: Folder) -> None:
    told = load_use_case(folder(USE_CASE + "system: http\n" + HTTP))
    assert told.http == HttpBlock(url="https://model.example.org/propose?api=2", version="1.50")
    assert (told.system, told.http.title, told.http.timeout_seconds, told.http.concurrency) == ("http", "model.example.org", 10.0, 8)
    full = HTTP + "  model: m\n  retries: 0\n  timeout_seconds: 2.5\n  secret_headers: {Authorization: LICET_SECRET_MODEL}\n"
    assert load_use_case(folder(USE_CASE + full)).http == HttpBlock(
        url="https://model.example.org/propose?api=2",
        version="1.50",
        model="m",
        retries=0,
        timeout_seconds=2.5,
        secret_headers={"Authorization": "LICET_SECRET_MODEL"},
    )


def test_how_a_function_is_called_is_said_in_a_block(folder: Folder) -> None:
    assert load_use_case(folder()).callable == CallableBlock(timeout_seconds=30.0, concurrency=8)
    assert load_use_case(folder(USE_CASE + "callable: {timeout_seconds: 5, concurrency: 1}\n")).callable == CallableBlock(
        timeout_seconds=5.0, concurrency=1
    )


@pytest.mark.parametrize("url", ["http://localhost:8000/p", "http://127.0.0.1/p", "http://[::1]:9/p"])
def test_an_endpoint_on_this_machine_needs_no_encryption(folder: Folder, url: str) -> None:
    assert load_use_case(folder(USE_CASE + f"http: {{url: '{url}', version: 1}}\n")).http is not None


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ("system: http", "`system: http` needs a block `http:`"),
        ("http: {url: 'https://x.example.org'}", "'version' is missing."),
        ("http: {version: 3}", "'url' is missing."),
        ("http: {url: 'https://x.example.org', version: 3, verison: 4}", "'verison' is not a key here."),
        ("http: {url: ftp://x.example.org, version: 3}", "url: it is no address"),
        ("http: {url: 'HTTPS://x.example.org', version: 3}", "url: it is no address"),
        ("http: {url: /propose, version: 3}", "url: it is no address"),
        ("http: {url: 'https://x.example.org:99999/', version: 3}", "url: it is no address"),
        ("http: {url: 'https://ann:pw@x.example.org', version: 3}", "url: it holds a user or a password."),
        ("http: {url: 'https://x.example.org/#a', version: 3}", "url: what stands after # is never sent."),
        ("http: {url: 'https://x.example.org/a b', version: 3}", "url: it holds white space"),
        ("http: {url: 'http://x.example.org', version: 3}", "url: http:// to another machine is not encrypted."),
        ("http: {url: 'http://127.0.0.1.example.org', version: 3}", "url: http:// to another machine is not encrypted."),
        ("http: {url: 'https://x.example.org', version: 3, timeout_seconds: 0}", "timeout_seconds: 0 is not"),
        ("http: {url: 'https://x.example.org', version: 3, retries: 99}", "retries: 99 is not"),
        ("http: {url: 'https://x.example.org', version: 3, concurrency: 1.5}", "concurrency: 1.5 is not"),
        ("http: {url: 'https://x.example.org', version: ' 3'}", "version: it is blank, or has white space"),
        ("http: {url: 'https://x.example.org', version: 3, secret_headers: {A: s3cret}}", "no name of a secret."),
        ("http: {url: 'https://x.example.org', version: 3, secret_headers: {A: LICET_KEY_FILE}}", "no name of a secret."),
        ("http: {url: 'https://x.example.org', version: 3, secret_headers: {Host: LICET_SECRET_A}}", "'Host' is no header"),
        ("http: {url: 'https://x.example.org', version: 3, secret_headers: {'A B': LICET_SECRET_A}}", "'A B' is no header"),
        ("callable: {timeout_seconds: 1e9}", "timeout_seconds: 1000000000.0 is not"),
        ("callable: {threads: 3}", "'threads' is not a key here."),
        ("callable: 5", "callable: 5 is not a block of keys."),
    ],
)
def test_a_bad_block_is_found_before_anything_is_asked_and_secrets_are_not_repeated(folder: Folder, block: str, why: str) -> None:
    path = folder(USE_CASE + block + "\n")
    findings = check_folder(path)
    assert len(findings) == 1, findings
    assert why in findings[0].why
    assert findings[0].line == 4
    assert "s3cret" not in str(findings[0])
    assert "pw@" not in str(findings[0])


# What it must not say


@pytest.mark.parametrize(
    ("line", "number", "why", "remedy"),
    [
        ("titel: x", 4, "'titel' is not a key here.", "Did you mean 'title'?"),
        (
            "owner: x",
            4,
            "'owner' is not a key here.",
            "Known are answer, answers, callable, case, content, decision, desk, effect, http, llm, system, title.",
        ),
        (
            "system: magic",
            4,
            "system: 'magic' is not known.",
            "Write 'auto', 'builtin', 'posted', 'callable', 'http', 'decision' or 'llm'.",
        ),
        ("system:", 4, "'system' has no value.", "Write one, or leave the key out."),
        ("title: again", 4, "'title' is there already, on line 1.", "Keep one of the two."),
        ("content: text", 4, "content: 'text' is not a list.", "Write one entry per line, each after `- `."),
        ("content: [a, a]", 4, "'a' is there twice.", "Keep one."),
        ("content: [a, '']", 4, "content: it is blank.", "Write visible text in one line."),
        ("content: [a, ]\n  - x", 5, "this is not YAML", "Correct it"),
        ('content: [" a"]', 4, "white space around it", "Write visible text in one line."),
        ('content: ["a\\nb"]', 4, "a line break", "Write visible text in one line."),
        ("content:\n  - a\n  -\n", 6, "an entry of 'content' has no value.", "Write one, or leave the key out."),
        ("content: &x [a]\nanswers2: *x", 5, "'*x' is an alias; they are not allowed here.", "Write the value out."),
        ("content: !!python/object/apply:os.system [x]", 4, "the tag", "Write the plain value"),
        ("content: !!set {a}", 4, "the tag", "Write the plain value"),
        ("? [a]\n: b", 4, "a list or block cannot be a key.", "Write one `key: value` per line."),
        ("<<: {a: b}", 4, "'<<' is not a key here.", "Known are"),
        ("content: " + "[" * 30 + "]" * 30, 4, "more than 20 levels inside each other.", "Flatten it."),
        ("---\ntitle: x", 4, "this is not YAML", "Correct it"),
        ("\tcontent: x", 4, "this is not YAML", "Correct it"),
        ("content: \x07", 4, "a character that YAML does not allow.", "Take it out"),
    ],
)
def test_a_mistake_is_shown_with_its_line_and_a_way_out(folder: Folder, line: str, number: int, why: str, remedy: str) -> None:
    path = folder(USE_CASE + line + "\n")
    (finding,) = refused(load_use_case, path)
    assert finding.file == str(path / "use_case.yaml")
    assert finding.line == number
    assert why in finding.why
    assert finding.remedy.startswith(remedy)


@pytest.mark.parametrize(
    ("line", "number", "why"),
    [
        ("methd: exact", 6, "'methd' is not a key here."),
        ("method: often", 6, "method: 'often' is not known."),
        ("min_coverage: 40%", 6, "min_coverage: '40%' is not a number."),
        ("min_coverage: '0.4'", 6, "min_coverage: '0.4' is not a number."),
        ("min_coverage: true", 6, "min_coverage: 'true' is not a number."),
        ("min_coverage: .nan", 6, "min_coverage: '.nan' is not a number."),
        ("min_coverage: 1e999", 6, "is not a number."),
        ("min_coverage: null", 6, "min_coverage: None is not a number."),
        ("min_coverage: 1.5", 6, "min_coverage: 1.5 is not in [0, 1]."),
        ("looks:\n  - labels: some\n    share: 1", 7, "labels: 'some' is not a whole number."),
        ("looks:\n  - labels: 1.5\n    share: 1", 7, "labels: 1.5 is not a whole number."),
        ("looks:\n  - labels: all", 7, "'share' is missing."),
        ("looks:\n  - {labels: all, share: 1}\n  - {labels: 5, share: 1}", 6, "looks: shares [1.0, 1.0] must each be in (0, 1]"),
        ("looks: []", 6, "looks: there is none."),
        ("attempts: [0.5, 0.6]", 6, "attempts: shares [0.5, 0.6]"),
        ("never_alone:\n  answer: [x]", 7, "'answer' is not a key here."),
        ("never_alone: [x]", 6, "never_alone: ['x'] is not a block of keys."),
        ("never_alone:\n  attributes:\n    vip: yes", 8, "vip: 'yes' is not a list."),
        ("guards:\n  high_stakes_max:", 7, "'high_stakes_max' has no value."),
        ("guards:\n  high_stakes_max: off", 7, "high_stakes_max: 'off' is not a number."),
        ("guards:\n  unfamiliar_share: 0.6", 7, "unfamiliar_share: 0.6 is not in [0, 0.5]."),
        ("high_stakes: [[x]]", 6, "high_stakes: ['x'] is not text."),
    ],
)
def test_a_mistake_in_a_standard_is_shown_with_its_line(folder: Folder, line: str, number: int, why: str) -> None:
    found = refused(load_standard, folder(standard=STANDARD + line + "\n"))
    assert found[0].line == number
    assert why in found[0].why


@pytest.mark.parametrize(
    ("old", "new", "number", "why"),
    [
        ("target: 0.05", "target: 5", 4, "target: 5.0 is not between 0 and 0.5."),
        ("confidence: 0.95", "confidence: 95", 5, "confidence: 95.0 is not in [0.5, 1)."),
        ("kind: error_alone", "kind: errors", 3, "kind: 'errors' is not known."),
        ("    target: 0.05\n", "", 2, "'target' is missing."),
    ],
)
def test_a_measure_is_checked_line_by_line(folder: Folder, old: str, new: str, number: int, why: str) -> None:
    (finding,) = refused(load_standard, folder(standard=STANDARD.replace(old, new)))
    assert (finding.line, finding.why) == (number, why)


def test_a_standard_that_counts_only_missed_high_stakes_cases_is_refused_line_by_line(folder: Folder) -> None:
    found = refused(load_standard, folder(standard=STANDARD.replace("kind: error_alone", "kind: missed_high_stakes")))
    assert [finding.line for finding in found] == [1, 3]
    assert "none counts the errors among cases decided alone" in found[0].why
    assert found[1].why == "kind: it counts high-stakes cases, and none are named."


def test_all_mistakes_are_listed_in_the_order_of_their_lines(folder: Folder) -> None:
    found = refused(load_standard, folder(standard="method: no\nmeasures: 1\nguards:\n  a: 1\n  b: 2\n"))
    assert [finding.line for finding in found] == [1, 2, 4, 5]


@pytest.mark.parametrize("content", ["", "# nothing\n", "- a\n", "text", "null"])
def test_a_file_without_keys_is_refused(folder: Folder, content: str) -> None:
    assert "holds no `key: value` lines" in refused(load_use_case, folder(content))[0].why


def test_what_is_missing_is_named(folder: Folder) -> None:
    assert [finding.why for finding in refused(load_use_case, folder("system: auto"))] == ["'title' is missing.", "'answer' is missing."]


def test_bytes_that_are_not_utf_8_are_found(folder: Folder) -> None:
    (finding,) = refused(load_use_case, folder(b"title: x\nanswer: caf\xe9\n"))
    assert (finding.line, finding.why) == (2, "byte 20 (0xe9) is not UTF-8.")


def test_a_file_of_more_than_a_megabyte_is_refused(folder: Folder) -> None:
    assert "1,000,000 bytes" in refused(load_use_case, folder(b"#" * 1_000_001))[0].why


def test_only_a_choice_has_a_closed_list(folder: Folder) -> None:
    (finding,) = refused(load_use_case, folder("title: x\nanswer: number\nanswers: [1]\n"))
    assert (finding.line, finding.remedy) == (3, "Take the list out, or write `answer: choice`.")


def test_a_title_of_a_page_is_refused(folder: Folder) -> None:
    assert "more than 200 characters" in refused(load_use_case, folder(f"title: {'x' * 201}\nanswer: text\n"))[0].why


def test_a_folder_whose_name_is_no_use_case_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "My Case"
    path.mkdir()
    (path / "use_case.yaml").write_text(USE_CASE)
    (finding,) = refused(load_use_case, path)
    assert (finding.file, finding.line, finding.remedy) == (str(path), None, "Rename the folder.")


def test_missing_files_are_named(tmp_path: Path) -> None:
    assert "no such file" in refused(load_standard, tmp_path)[0].why
    (tmp_path / "standard.yaml").mkdir()
    assert "cannot be read" in refused(load_standard, tmp_path)[0].why


# The whole folder


def test_a_sound_folder_has_no_findings(folder: Folder) -> None:
    assert check_folder(folder()) == ()
    assert check_folder(folder(system="def propose(content):\n    return {}\n")) == ()


def test_a_missing_folder_is_one_finding(tmp_path: Path) -> None:
    (finding,) = check_folder(tmp_path / "none")
    assert finding.why == "there is no such folder."


def test_everything_wrong_in_a_folder_is_found_at_once(tmp_path: Path) -> None:
    path = tmp_path / "No_Slug"
    path.mkdir()
    (path / "standard.yaml").write_text("method: no\nmeasures: []\n")
    (path / "system.py").write_text("x = 1\n")
    assert [(Path(finding.file).name, finding.line) for finding in check_folder(path)] == [
        ("No_Slug", None),
        ("use_case.yaml", None),
        ("standard.yaml", 1),
        ("system.py", None),
    ]


def test_a_protected_answer_that_does_not_exist_is_found(folder: Folder) -> None:
    standard = STANDARD + "high_stakes:\n  - fraud\n  - frud\nnever_alone:\n  answers: [other, frau]\n"
    found = check_folder(folder("title: x\nanswer: choice\nanswers: [fraud, other]\n", standard))
    assert [(finding.line, finding.why, finding.remedy) for finding in found] == [
        (8, "'frud' is not one of the answers in use_case.yaml.", "Did you mean 'fraud'?"),
        (10, "'frau' is not one of the answers in use_case.yaml.", "Did you mean 'fraud'?"),
    ]
    assert check_folder(folder("title: x\nanswer: choice\n", standard)) == ()


@pytest.mark.parametrize(
    ("system", "line", "why"),
    [
        ("def propose(:\n", 1, "this is not Python"),
        ("x = 1\n\n  y = 2\n", 3, "this is not Python"),
        (b"# \xe9\n", None, "this is not Python"),
        (b"x = '\0'\n", None, "this is not Python"),
        ("x = 1\nreturn x\n", 2, "this is not Python"),
        ("(" * 300 + ")" * 300, None, "this is not Python"),
        ("def suggest(content): ...\n", None, "it defines neither `propose` nor `propose_many`."),
    ],
)
def test_a_system_that_cannot_work_is_found_without_running_it(folder: Folder, system: str | bytes, line: int | None, why: str) -> None:
    (finding,) = check_folder(folder(system=system))
    assert Path(finding.file).name == "system.py"
    assert finding.line == line or line is None
    assert why in finding.why


@pytest.mark.parametrize(
    "system",
    [
        "async def propose(content): ...\n",
        "from mine import decide as propose_many\n",
        "try:\n    from mine import propose\nexcept ImportError:\n    propose = print\n",
        "raise SystemExit  # not run\ndef propose(content): return '\\d'\n",
        "# -*- coding: latin-1 -*-\npropose = print  # \u00e9\n".encode("latin-1"),
    ],
)
def test_a_system_may_be_written_in_many_ways(folder: Folder, system: str | bytes) -> None:
    assert check_folder(folder(system=system)) == ()


def test_a_callable_system_needs_its_file(folder: Folder) -> None:
    path = folder(USE_CASE + "system: callable\n")
    (finding,) = check_folder(path)
    assert (finding.file, finding.why) == (str(path / "system.py"), "there is no such file, and use_case.yaml says `system: callable`.")
