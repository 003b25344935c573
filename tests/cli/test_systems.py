"""Systems at the command line: the built-in one on texts, tables and pictures, and a function in the use case's own folder."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.cli.desk import OWNER, RISK, WORDS, Desk, cases, only, typed
from tests.edge.endpoint import Call, Endpoint, serving

SYSTEM = '''"""Sorts mails by their words."""

WORDS = {"refund": ("refund", "money", "return"), "card": ("card", "stolen", "atm"), "loan": ("loan", "mortgage", "interest")}


def propose(content):
    """Says which answer's words occur."""
    for answer, words in WORDS.items():
        if any(word in content["text"] for word in words):
            return {"answer": answer, "confidence": 0.97}
    return None
'''
TEXT = ("--content", "text", "--answer", "label", "--id", "id")


def signed_and_judged(desk: Desk, *options: str | Path) -> dict[str, Any]:
    """Imports, signs and evaluates, whatever comes of it."""
    desk("import", "mails", *options)
    desk("standard", "lock", "mails", "--as", OWNER)
    desk("standard", "countersign", "mails", "--as", RISK)
    done = typed("evaluate", "mails", "--home", str(desk.home), "--json")
    assert done.code in {0, 1, 3}, done
    return done.data


def test_the_built_in_system_earns_a_mandate_on_texts(founded: Desk) -> None:
    rows = only(cases(600), "id", "text", "label")
    data = signed_and_judged(founded, founded.table("past.csv", rows), *TEXT)
    assert (data["verdict"], data["system"]["kind"]) == ("met", "builtin")
    founded.grant()
    new = founded.table("new.csv", only(cases(60, seed=3, first=5000), "id", "text", "label"))
    done = founded("cases", "submit", "mails", new, *TEXT).data
    assert done["alone"] > 30
    strange = founded.table("odd.csv", [{"id": f"o{n}", "text": f"zzz qqq {n} xxx", "label": "card"} for n in range(20)])
    assert founded("cases", "submit", "mails", strange, *TEXT).data["to_person"] == 20


def test_the_built_in_system_reads_tables(founded: Desk) -> None:
    rows = [
        {"id": n, "amount": 10 + n * 0.37 if n % 2 else 900 + n * 1.13, "land": "nl", "label": "pay" if n % 2 else "check"}
        for n in range(400)
    ]
    data = signed_and_judged(
        founded, founded.table("past.csv", rows), "--content", "amount,land", "--answer", "label", "--id", "id", "--attributes", "land"
    )
    assert data["verdict"] == "met"


def test_the_built_in_system_reads_pictures_beside_the_table(founded: Desk) -> None:
    rows = []
    for number in range(300):
        name, shade = f"p{number}.png", 20 + number % 60
        picture = Image.new("L", (8, 8), color=shade)
        picture.paste(255 - shade, (0, 0, 8, 4) if number % 2 else (0, 0, 4, 8))
        picture.putpixel((7, 7), number % 256)
        picture.save(founded.files / name)
        rows.append({"picture": name, "label": "flat" if number % 2 else "tall"})
    data = signed_and_judged(founded, founded.table("past.csv", rows), "--content", "picture", "--answer", "label")
    assert data["verdict"] == "met"
    founded("cases", "submit", "mails", founded.table("new.csv", rows[:20]), "--content", "picture")
    founded("cases", "answer", "mails", "--export", founded.files / "sheet.csv", "--as", OWNER)
    assert len(list((founded.files / "sheet-pictures").iterdir())) == 20


@pytest.fixture(scope="session")
def callable_home(founded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation where a function in the use case's folder has a mandate."""
    import shutil  # noqa: PLC0415 - as the other homes are made

    root = tmp_path_factory.mktemp("callable")
    shutil.copytree(founded_home, root / "home")
    (root / "files").mkdir()
    desk = Desk(home=root / "home", files=root / "files")
    (desk.home / "use_cases" / "mails" / "system.py").write_text(SYSTEM, "utf-8")
    data = signed_and_judged(desk, desk.table("past.csv", only(cases(500), "id", "text", "label")), *TEXT)
    assert (data["verdict"], data["system"]["kind"]) == ("met", "callable"), data
    desk.grant()
    return desk.home


def test_a_function_in_the_folder_decides_alone(at: Callable[[Path], Desk], callable_home: Path) -> None:
    desk = at(callable_home)
    new = desk.table("new.csv", only(cases(40, seed=3, first=5000), "id", "text"))
    assert desk("cases", "submit", "mails", new, "--content", "text", "--id", "id").data["alone"] > 20


def test_a_changed_function_sends_every_case_to_people(at: Callable[[Path], Desk], callable_home: Path) -> None:
    desk = at(callable_home)
    file = desk.home / "use_cases" / "mails" / "system.py"
    file.write_text(SYSTEM.replace("0.97", "0.98"), "utf-8")
    new = desk.table("new.csv", only(cases(40, seed=3, first=5000), "id", "text"))
    done = desk("cases", "submit", "mails", new, "--content", "text", "--id", "id").data
    assert (done["alone"], done["reasons"]) == (0, {"fingerprint_changed": 40})


@pytest.mark.parametrize(
    "code",
    [
        "def propose(content):\n    raise RuntimeError('no')\n",
        "import nowhere\n",
        "propose = 1\n",
        "(\n",
        "raise SystemExit(0)\n",
        "x = 1\n",
    ],
)
def test_a_broken_function_never_decides(at: Callable[[Path], Desk], callable_home: Path, code: str) -> None:
    desk = at(callable_home)
    (desk.home / "use_cases" / "mails" / "system.py").write_text(code, "utf-8")
    new = desk.table("new.csv", only(cases(30, seed=3, first=5000), "id", "text"))
    done = typed("cases", "submit", "mails", str(new), "--content", "text", "--id", "id", "--home", str(desk.home), "--json")
    assert done.code in {0, 2}, done
    assert done.code == 2 or (done.data["alone"], done.data["to_person"]) == (0, 30)


def test_a_function_that_is_gone_sends_every_case_to_people(at: Callable[[Path], Desk], callable_home: Path) -> None:
    desk = at(callable_home)
    (desk.home / "use_cases" / "mails" / "system.py").unlink()
    new = desk.table("new.csv", only(cases(30, seed=3, first=5000), "id", "text"))
    assert desk("cases", "submit", "mails", new, "--content", "text", "--id", "id").data["to_person"] == 30


def test_a_renamed_use_case_keeps_its_function(at: Callable[[Path], Desk], callable_home: Path) -> None:
    desk = at(callable_home)
    desk("use-case", "rename", "mails", "letters", "--as", OWNER)
    new = desk.table("new.csv", only(cases(40, seed=3, first=5000), "id", "text"))
    assert desk("cases", "submit", "letters", new, "--content", "text", "--id", "id").data["alone"] > 20


def proposes(call: Call) -> None:
    """Answers like `SYSTEM` does."""
    found = next((answer for answer, words in WORDS.items() if any(word in call.said["content"]["text"] for word in words)), None)
    call.answer({"answer": found, "confidence": 0.97, "version": "7"})


@pytest.fixture
def endpoint_desk(at: Callable[[Path], Desk], founded_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Desk, Endpoint]]:
    """An installation where an endpoint on this machine has a mandate."""
    monkeypatch.setenv("LICET_SECRET_MODEL", "Bearer s3cret")
    with serving() as endpoint:
        endpoint.does = proposes
        desk = at(founded_home)
        block = f"http:\n  url: {endpoint.url}\n  version: 7\n  secret_headers:\n    Authorization: LICET_SECRET_MODEL\n"
        (desk.home / "use_cases" / "mails" / "use_case.yaml").write_text("title: Mails\nanswer: choice\nsystem: http\n" + block, "utf-8")
        assert desk("check").code == 0
        data = signed_and_judged(desk, desk.table("past.csv", only(cases(500), "id", "text", "label")), *TEXT)
        assert (data["verdict"], data["system"]["kind"]) == ("met", "http"), data
        desk.grant()
        yield desk, endpoint


def test_an_endpoint_decides_alone_and_what_it_fails_on_goes_to_people(endpoint_desk: tuple[Desk, Endpoint]) -> None:
    desk, endpoint = endpoint_desk
    assert {call.headers["authorization"] for call in endpoint.calls} == {"Bearer s3cret"}

    def submitted(first: int) -> dict[str, Any]:
        new = desk.table("new.csv", only(cases(40, seed=3, first=first), "id", "text"))
        return desk("cases", "submit", "mails", new, "--content", "text", "--id", "id").data

    assert submitted(5000)["alone"] > 20
    endpoint.does = lambda call: call.answer(b'{"answer": "card", "confid')
    assert (submitted(6000)["alone"], submitted(6000)["repeated"]) == (0, 40)
    endpoint.does = lambda call: call.answer({"answer": "card", "confidence": 0.97, "version": "8"})
    assert submitted(7000)["alone"] == 0
    endpoint.does = lambda call: call.answer(b"", status="401 Who are you")
    asked = len(endpoint.calls)
    done = submitted(8000)
    assert (done["alone"], done["reasons"]) == (0, {"system_failed": 40})
    assert len(endpoint.calls) - asked < 20
    endpoint.does = proposes
    file = desk.home / "use_cases" / "mails" / "use_case.yaml"
    file.write_text(file.read_text("utf-8").replace("version: 7", "version: 8"), "utf-8")
    assert submitted(9000)["reasons"] == {"fingerprint_changed": 40}
    assert "s3cret" not in "".join(path.read_text("latin-1") for path in desk.home.rglob("*") if path.is_file())


def test_an_endpoint_without_its_secret_sends_every_case_to_people(
    endpoint_desk: tuple[Desk, Endpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, endpoint = endpoint_desk
    monkeypatch.delenv("LICET_SECRET_MODEL")
    asked = len(endpoint.calls)
    new = desk.table("new.csv", only(cases(40, seed=3, first=5000), "id", "text"))
    assert desk("cases", "submit", "mails", new, "--content", "text", "--id", "id").data["to_person"] == 40
    assert len(endpoint.calls) == asked


def test_an_evaluation_while_the_endpoint_is_down_spends_no_look_and_is_taken_up_later(
    at: Callable[[Path], Desk], founded_home: Path
) -> None:
    with serving() as endpoint:
        desk = at(founded_home)
        block = f"http:\n  url: {endpoint.url}\n  version: 7\n  retries: 0\n"
        (desk.home / "use_cases" / "mails" / "use_case.yaml").write_text("title: Mails\nanswer: choice\nsystem: http\n" + block, "utf-8")
        desk("import", "mails", desk.table("past.csv", only(cases(300), "id", "text", "label")), *TEXT)
        desk("standard", "lock", "mails", "--as", OWNER)
        desk("standard", "countersign", "mails", "--as", RISK)
        endpoint.does = lambda call: proposes(call) if call.number < 40 else call.answer(b"", status="500 Oops")
        refused = desk("evaluate", "mails", code=5).refused
        assert refused["code"] == "system_unavailable"
        first = {call.said["id"] for call in endpoint.calls[:40]}
        endpoint.calls.clear()
        endpoint.does = proposes
        done = typed("evaluate", "mails", "--home", str(desk.home), "--json")
        assert (done.code, done.data["verdict"]) == (0, "met"), done
        assert not first & {call.said["id"] for call in endpoint.calls}
