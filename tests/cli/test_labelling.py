"""Labelling by command: steps for who evaluates, blind worksheets for who answers, and one of three words in between."""

from tests.cli.desk import BUILDER, OWNER, POSTED, REVIEWER, RISK, Desk, cases, read, write


def answered(desk: Desk, *how: str, untold: bool = False) -> int:
    """The reviewer fills a worksheet; the first case with an answer or, where they cannot tell it, with a mark; never with both."""
    truth = {str(row["text"]): str(row["label"]) for row in cases(500)}
    sheet = desk.files / "sheet.csv"
    desk("label", "mails", "--export", sheet, "--as", REVIEWER, *how)
    hard, *others = read(sheet)
    assert list(hard) == ["task", "content", "answer", "cannot tell"]
    write(sheet, [{**hard, "answer": truth[hard["content"]], "cannot tell": "x"}, *others])
    assert "has an answer, too" in desk("label", "mails", "--import", sheet, "--as", REVIEWER, code=2).error["why"]
    first = {**hard, "cannot tell": "x"} if untold else {**hard, "answer": truth[hard["content"]]}
    write(sheet, [first, *({**row, "answer": truth[row["content"]]} for row in others)])
    taken: int = desk("label", "mails", "--import", sheet, "--as", REVIEWER).data["taken"]
    return taken


def test_a_pilot_then_labels_inside_by_command(founded: Desk) -> None:
    rows = cases(500)
    founded("import", "mails", founded.table("past.csv", [{**row, "label": ""} for row in rows]), *POSTED, "--parts", "0:0:100")
    standard = founded.home / "use_cases" / "mails" / "standard.yaml"
    standard.write_text(standard.read_text("utf-8").replace("method: exact", "method: anytime"), "utf-8")
    founded("standard", "lock", "mails", "--as", OWNER)
    founded("standard", "countersign", "mails", "--as", RISK)
    assert founded("label", "mails", "--as", BUILDER).data == {"use_case": "mails", "step": "pilot", "cases": 100, "waiting": 100}
    assert answered(founded, untold=True) == 100
    aimed = founded("label", "mails", "--as", BUILDER).data
    assert (aimed["step"], aimed["plan"]["estimated"], aimed["target"]["labelled"]) == ("target", True, 0)
    assert answered(founded, "--most", "20") == 20
    said = founded.shown("label", "mails", "--as", BUILDER)
    assert said.out.startswith("Go on: 20 labels inside")
    assert answered(founded, "--most", "100") == 100
    ended = founded("label", "mails", "--as", BUILDER).data
    assert (ended["progress"], ended["verdict"], ended["look"]) == ("met", "met", 2)
    assert founded("evaluate", "mails").data["cases"]["labelled"] == 120
