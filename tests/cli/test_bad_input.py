"""What clumsy and hostile files get: a message that names the offender, the limit and the remedy, and nothing half-done."""

import os
from pathlib import Path

import pytest

from tests.cli.desk import OWNER, POSTED, RISK, Desk, cases, only

PLAIN = ("--content", "text", "--answer", "label", "--id", "id")
ROWS = only(cases(40), "id", "text", "label")


def broken(desk: Desk, file: Path, *options: str) -> str:
    """Imports what cannot be imported; gives the complaint, after seeing that nothing was kept and the ledger stands."""
    why = desk("import", "mails", file, *options, code=2).error["why"]
    assert desk("gate", "show", "mails", "--to", "sandbox").data["requirements"][0]["shows"] == "none imported"
    assert desk("import", "undo", "mails", code=5).refused["code"] == "no_history"
    assert desk("ledger", "verify").data["problems"] == []
    return why


def told(desk: Desk, key: str, value: str) -> None:
    """Writes one line of use_case.yaml anew."""
    file = desk.home / "use_cases" / "mails" / "use_case.yaml"
    lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith(f"{key}:")]
    file.write_text("\n".join([*lines, f"{key}: {value}", ""]), "utf-8")


def test_a_missing_column_is_named_with_the_nearest(founded: Desk) -> None:
    why = broken(founded, founded.table("x.csv", ROWS), "--content", "txet", "--answer", "label")
    assert "x.csv:1" in why
    assert "'txet'" in why
    assert "'text'" in why


@pytest.mark.parametrize("text", ["", "\n\n", "id,text,label\n"])
def test_an_empty_file_is_said_to_be_empty(founded: Desk, text: str) -> None:
    why = broken(founded, founded.text("x.csv", text), *PLAIN)
    assert "x.csv" in why
    assert "empty" in why or "nothing below" in why


def test_a_missing_file_is_named(founded: Desk) -> None:
    assert "nowhere.csv" in broken(founded, founded.files / "nowhere.csv", *PLAIN)
    broken(founded, founded.files, *PLAIN)


def test_a_ragged_row_is_named_by_its_line_and_undoes_the_rows_before_it(founded: Desk) -> None:
    lines = "".join(f"c{n},text {n},{'yn'[n % 2]}\n" for n in range(2500))
    why = broken(founded, founded.text("x.csv", f"id,text,label\n{lines}c2500,a,b,c\n"), *PLAIN)
    assert "x.csv:2502" in why
    assert "4 cells found, 3 expected" in why


def test_a_wrong_encoding_is_named_by_its_first_byte(founded: Desk) -> None:
    file = founded.files / "x.csv"
    file.write_bytes("id,text,label\nc1,für,j\n".encode("cp1252"))
    why = broken(founded, file, *PLAIN)
    assert "0xfc" in why
    assert "--encoding cp1252" in why
    broken(founded, file, *PLAIN, "--encoding", "klingon")


def test_a_time_without_a_zone_is_refused(founded: Desk) -> None:
    rows = [{**row, "at": "2026-03-01 10:00"} for row in ROWS]
    why = broken(founded, founded.table("x.csv", rows), *PLAIN, "--time", "at")
    assert "'2026-03-01 10:00'" in why
    assert "--timezone" in why
    founded("import", "mails", founded.table("x.csv", rows), *PLAIN, "--time", "at", "--timezone", "Europe/Amsterdam")


def test_an_answer_only_the_sealed_part_has_is_named_by_its_row(founded: Desk) -> None:
    rows = [
        {**row, "at": f"2026-01-01T{n // 60:02}:{n % 60:02}:00Z", "label": "new" if n == 79 else row["label"]}
        for n, row in enumerate(cases(80))
    ]
    why = broken(founded, founded.table("x.csv", rows), *PLAIN, "--time", "at")
    assert "'new' (row 81)" in why
    assert "use_case.yaml" in why


def test_an_answer_that_is_not_declared_is_named(founded: Desk) -> None:
    told(founded, "answers", "[refund, card]")
    why = broken(founded, founded.table("x.csv", ROWS), *PLAIN)
    assert "'loan'" in why


def test_one_answer_only_is_no_choice(founded: Desk) -> None:
    why = broken(founded, founded.table("x.csv", [{**row, "label": "yes"} for row in ROWS]), *PLAIN)
    assert "'yes'" in why
    assert "--answer" in why


def test_fewer_than_thirty_cases_are_no_history(founded: Desk) -> None:
    why = broken(founded, founded.table("x.csv", ROWS[:29]), *PLAIN)
    assert "29" in why
    assert "30" in why


def test_one_id_with_two_answers_is_named(founded: Desk) -> None:
    why = broken(founded, founded.table("x.csv", [*ROWS, {**ROWS[3], "label": "other"}]), *PLAIN)
    assert "'c3'" in why
    assert "'other'" in why


def test_one_id_said_twice_alike_is_taken_once(founded: Desk) -> None:
    done = founded("import", "mails", founded.table("x.csv", [*ROWS, ROWS[3]]), *PLAIN).data
    assert (done["rows"], done["skipped"], sum(done["parts"].values())) == (41, 1, 40)


@pytest.mark.parametrize("sure", ["nan", "NaN", "inf", "-0.1", "1.01", "93", "93%", "", "high", "0,9", "1e400"])
def test_what_is_no_confidence_is_named(founded: Desk, sure: str) -> None:
    rows = cases(40)
    rows[7]["sure"] = sure
    why = broken(founded, founded.table("x.csv", rows), *POSTED)
    assert "x.csv:9: column 'sure'" in why
    assert repr(sure) in why or not sure


@pytest.mark.parametrize(
    "options",
    [
        ("--parts", "50:20"),
        ("--parts", "-10:50:60"),
        ("--parts", "a:b:c"),
        ("--delimiter", ";;"),
        ("--decimal", "!"),
        ("--timezone", "Mars/Olympus", "--time", "id"),
        ("--proposal", "text"),
        ("--system", "vendor@3"),
        ("--seed", "much"),
    ],
)
def test_an_option_that_makes_no_sense_is_bad_usage(founded: Desk, options: tuple[str, ...]) -> None:
    broken(founded, founded.table("x.csv", ROWS), *PLAIN, *options)


def test_content_columns_may_be_declared_once_in_the_folder(founded: Desk) -> None:
    table = founded.table("x.csv", ROWS)
    assert "--content" in founded("import", "mails", table, "--answer", "label", code=2).error["why"]
    told(founded, "content", "[text]")
    founded("import", "mails", table, "--answer", "label")


def test_a_column_with_a_comma_in_its_name_is_written_in_quotes(founded: Desk) -> None:
    rows = [{"what, where": row["text"], "amount": 3, "label": row["label"]} for row in ROWS]
    founded("import", "mails", founded.table("x.csv", rows), "--content", '"what, where",amount', "--answer", "label")


def test_json_lines_semicolons_and_byte_order_marks_are_read(founded: Desk) -> None:
    lines = "".join(f'{{"id": {n}, "text": "a {n}", "label": "{"yn"[n % 2]}"}}\n' for n in range(40))
    founded("import", "mails", founded.text("x.jsonl", lines), *PLAIN)
    rows = "".join(f"d{n};b {n};{'yn'[n % 2]}\r\n" for n in range(40))
    assert founded("import", "mails", founded.text("x.csv", f"\ufeffid;text;label\r\n{rows}"), *PLAIN).data["rows"] == 40
    assert "x.jsonl:1" in founded("import", "mails", founded.text("x.jsonl", "{nonsense"), *PLAIN, code=2).error["why"]


def test_strange_characters_are_kept_and_shown_harmlessly(founded: Desk) -> None:
    odd = [
        "\x1b[31mred\x1b[0m",
        "\u202ereversed",
        "[bold]not bold[/]",
        "[link=http://example.org]x[/link]",
        "zero\u200bwidth",
        ":warning:",
        "x\\",
        "=1+1",
    ]
    said = [odd[(n + 1) % len(odd)] if n % 4 else odd[2] for n in range(160)]
    rows = [{**row, "label": odd[n % len(odd)], "said": said[n], "sure": 0.9} for n, row in enumerate(cases(160))]
    founded("import", "mails", founded.table("x.csv", rows), *POSTED)
    shown = founded.shown("evaluate", "mails", "--exploratory").out
    assert not any(sign in shown for sign in "\x1b\u202e\u200b⚠")
    assert "said '" in shown
    founded("standard", "lock", "mails", "--as", OWNER)
    founded("standard", "countersign", "mails", "--as", RISK)
    founded("evaluate", "mails", code=1)
    founded("sealed", "open", "mails", "--as", OWNER)
    shown = founded.shown("evaluate", "mails", code=1).out
    assert "[bold]not bold[/]" in shown or "[link=http://example.org]x[/link]" in shown
    assert not any(sign in shown for sign in "\x1b\u202e\u200b⚠")


def test_formulas_in_cells_leave_as_text(granted: Desk) -> None:
    rows = [{**row, "id": f"=cmd|{n}", "label": "@SUM(A1)"} for n, row in enumerate(cases(10, first=5000))]
    granted("cases", "submit", "mails", granted.table("x.csv", rows), *POSTED)
    granted("cases", "export", "mails", "-o", granted.files / "out.csv")
    text = (granted.files / "out.csv").read_text("utf-8")
    assert "'=cmd|3" in text
    assert not [cell for line in text.splitlines() for cell in line.split(",") if cell[:1] in set("=+@")]


def test_huge_numbers_and_empty_cells_are_survived(founded: Desk) -> None:
    odd = ["1e999", "9" * 400, "-1e-400", "", " ", "NaN", "0x10", "1_000"]
    rows = [{"id": n, "amount": odd[n % 8], "note": odd[(n + 3) % 8], "ref": f"r{n}", "label": "yn"[n % 2]} for n in range(200)]
    founded("import", "mails", founded.table("x.csv", rows), "--content", "amount,note,ref", "--answer", "label", "--id", "id")
    assert founded("evaluate", "mails", "--exploratory").data["cases"]["calibration"] > 0
    long = founded.text("long.csv", f"id,text,label\nx,{'a' * 1_000_001},y\n")
    assert "1,000,000" in founded("import", "mails", long, *PLAIN, code=2).error["why"]


def test_pictures_outside_the_folder_are_refused(founded: Desk) -> None:
    secret = founded.home / ".licet" / "key"
    os.symlink(secret, founded.files / "link.png")
    for name in ("link.png", "../home/.licet/key.png", "/etc/passwd.png", "missing.png"):
        table = founded.text("x.csv", f"picture,label\n{name},y\n")
        why = founded("import", "mails", table, "--content", "picture", "--answer", "label", code=2).error["why"]
        assert name in why
        assert secret.read_text("ascii").strip() not in why


def test_an_unknown_use_case_or_person_is_named(founded: Desk) -> None:
    assert "nosuch" in founded("evaluate", "nosuch", code=2).error["why"]
    why = founded("standard", "lock", "mails", "--as", "nobody@example.org", code=2).error["why"]
    assert "'nobody@example.org'" in why
    assert "licet person add" in why


@pytest.mark.parametrize("slug", ["../mails", "..", "/etc", "Mails", "a/b", "", "-x", "mails\x00", "a" * 61])
def test_a_name_that_leaves_the_folder_of_use_cases_is_no_name(founded: Desk, slug: str) -> None:
    for words in (["evaluate", slug], ["use-case", "new", slug], ["use-case", "rename", "mails", slug]):
        assert founded(*words, code=2).error
    assert sorted(path.name for path in (founded.home / "use_cases").iterdir()) == ["mails"]
