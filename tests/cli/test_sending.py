"""Sending a file to a server: in batches, once each, with a token that never goes where others could read it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from licet.edge import sender
from licet.edge.sender import NotAServerError, check_server
from licet.flows.office import Office
from licet.settings import home_at
from licet.web.desk import Service
from licet.wiring import serving
from tests.cli.desk import ADMIN, Desk, cases
from tests.web.serving import read_plain, started

COLUMNS = ("--content", "text", "--id", "id")
POSTED = (*COLUMNS, "--proposal", "said", "--confidence", "sure", "--system", "vendor@3")


@contextmanager
def served(desk: Desk, monkeypatch: pytest.MonkeyPatch, *scopes: str) -> Iterator[tuple[str, Office]]:
    """The desk's installation, served; its token is in LICET_TOKEN."""
    given = [word for scope in scopes or ("cases:write",) for word in ("--scope", scope)]
    monkeypatch.setenv("LICET_TOKEN", desk("token", "new", "sender", *given, "--as", ADMIN).data["token"])
    with serving(home_at(desk.home)) as office, started(Service(office=office, read_case=read_plain)) as address:
        yield address, office


def test_a_file_is_sent_once_however_often_it_is_sent(granted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "BATCH", 20)
    file = granted.table("new.csv", cases(50, seed=5, first=5000))
    with served(granted, monkeypatch) as (address, _):
        first = granted("cases", "submit", "mails", file, *POSTED, "--server", address).data
        again = granted("cases", "submit", "mails", file, *POSTED, "--server", address).data
    assert (first["rows"], first["accepted"], first["repeated"]) == (50, 50, 0)
    assert (again["rows"], again["accepted"], again["repeated"]) == (50, 0, 50)


def test_a_file_without_ids_that_was_interrupted_goes_on_where_it_was(granted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks when rows are named after their batch, which is another one when the file is sent again."""
    rows = [{"text": one["text"]} for one in cases(50, seed=6)]
    file = granted.table("nameless.csv", rows)
    with served(granted, monkeypatch) as (address, _):
        monkeypatch.setattr(sender, "BATCH", 20)
        monkeypatch.setattr(sender, "PATIENCE", sender.PATIENCE * 0)
        post = sender._try
        calls = iter(range(100))

        def lost(*given: object) -> object:
            response = post(*given)  # type: ignore[arg-type] # as it is called
            return httpx.ReadError("the answer was lost") if next(calls) == 1 else response

        monkeypatch.setattr(sender, "_try", lost)
        granted("cases", "submit", "mails", file, "--content", "text", "--server", address, code=4)
        monkeypatch.setattr(sender, "BATCH", 33)
        done = granted("cases", "submit", "mails", file, "--content", "text", "--server", address).data
    assert (done["rows"], done["accepted"], done["repeated"]) == (50, 10, 40)


def test_lines_as_programs_send_them_are_sent_as_they_are(granted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"answer": "yes", "confidence": 0.9, "system": "vendor", "system_version": "3"}
    lines = [{"id": f"sent-{k}", "content": {"text": f"hello {k}"}, "proposal": said} for k in range(3)]
    file = granted.text("new.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    with served(granted, monkeypatch) as (address, _):
        done = granted("cases", "submit", "mails", file, "--server", address).data
    assert (done["rows"], done["accepted"], done["repeated"]) == (3, 3, 0)


def test_a_schema_finds_the_columns_of_a_file_that_is_sent(granted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told = granted.home / "use_cases" / "mails" / "use_case.yaml"
    told.write_text(told.read_text("utf-8") + "\ncase:\n  kind: text\n", "utf-8")
    good, wrong = granted.text("good.csv", "id,text\ns1,hello\ns2,hi\n"), granted.text("wrong.csv", "id,text,colour\ns3,hello,red\n")
    with served(granted, monkeypatch) as (address, _):
        assert granted("cases", "submit", "mails", good, "--server", address).data["accepted"] == 2
        assert "colour" in granted("cases", "submit", "mails", wrong, "--server", address, code=2).out


def test_a_lost_answer_is_asked_for_again(granted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    file = granted.table("new.csv", cases(30, seed=7, first=7000))
    with served(granted, monkeypatch) as (address, _):
        post = sender._try
        calls = iter(range(100))

        def lost(*given: object) -> object:
            response = post(*given)  # type: ignore[arg-type] # as it is called
            return httpx.ReadError("the answer was lost") if next(calls) == 0 else response

        monkeypatch.setattr(sender, "_try", lost)
        done = granted("cases", "submit", "mails", file, *POSTED, "--server", address).data
    assert (done["rows"], done["accepted"] + done["repeated"]) == (30, 30)


def test_the_servers_refusals_are_ours(granted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    file = granted.table("new.csv", cases(3, seed=8, first=8000))
    with served(granted, monkeypatch, "cases:read") as (address, _):
        words = ("cases", "submit", "mails", file, *POSTED, "--server", address)
        assert granted(*words, code=5).refused["code"] == "scope_missing"
        monkeypatch.setenv("LICET_TOKEN", "licet_wrong")
        assert granted(*words, code=5).refused["code"] == "token_not_valid"
        monkeypatch.delenv("LICET_TOKEN")
        assert granted(*words, code=4).error["code"] == "TokenMissingError"
        empty = granted.text("token", "\n")
        assert granted(*words, "--token-file", str(empty), code=4).error["code"] == "TokenMissingError"


def test_what_a_server_cannot_take_is_said_before_anything_is_sent(granted: Desk) -> None:
    file = granted.table("new.csv", cases(3))
    to = ("--server", "https://licet.example.com")
    unversioned = (*POSTED[:-1], "vendor")
    assert "VERSION" in granted("cases", "submit", "mails", file, *unversioned, *to, code=2).error["why"]
    assert "--answer" in granted("cases", "submit", "mails", file, *POSTED, "--answer", "label", *to, code=2).error["why"]


def test_a_server_that_is_no_licet_server_is_told_apart(granted: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "PATIENCE", sender.PATIENCE * 0)
    file = granted.table("new.csv", cases(3))
    with served(granted, monkeypatch) as (address, _):
        there = granted("cases", "submit", "mails", file, *POSTED, "--server", f"{address}/elsewhere", code=2)
        assert "nothing at this address" in there.error["why"]
    gone = granted("cases", "submit", "mails", file, *POSTED, "--server", address, code=4)
    assert gone.error["code"] == "ServerUnreachableError"


@pytest.mark.parametrize(
    "url",
    ["https://licet.example.com", "https://licet.example.com:8443/at", "http://127.0.0.1:8080/", "http://localhost", "http://[::1]:1"],
)
def test_a_token_goes_over_https_or_stays_on_this_machine(url: str) -> None:
    assert check_server(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://licet.example.com",
        "http://127.0.0.1.example.com",
        "ftp://x",
        "licet.example.com",
        "",
        "https://",
        "https://u:p@x",
        "https://x?a=b",
        "https://x#a",
    ],
)
def test_an_address_where_a_token_could_be_read_is_refused(url: str) -> None:
    with pytest.raises(NotAServerError):
        check_server(url)


def test_the_folder_of_the_use_case_need_not_be_here(granted: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = granted.table("new.csv", cases(3, seed=9, first=9000))
    with served(granted, monkeypatch) as (address, _):
        (tmp_path / "empty").mkdir()
        elsewhere = Desk(home=tmp_path / "empty", files=granted.files)
        assert elsewhere("cases", "submit", "mails", file, *POSTED, "--server", address).data["accepted"] == 3
