"""Workflows at the command line: steps registered by the owner, items begun from a file, seen, sent on and taken over."""

from tests.cli.desk import BUILDER, OWNER, Desk

STEPS = """\
begin: check
steps:
  check:
    rule:
      - when: [{fact: amount, above: 100}]
        to: look
      - to: paid
  look: {person: mails, next: paid}
  paid: end
"""


def test_a_workflow_from_file_to_ending(met: Desk) -> None:
    folder = met.home / "use_cases" / "mails"
    file = folder / "workflow.yaml"
    assert met("workflow", "register", "mails", "--as", OWNER, code=2).error["why"].count("workflow.yaml") == 1
    file.write_text(STEPS, "utf-8")
    assert met("workflow", "register", "mails", "--as", BUILDER, code=5).refused["code"] == "not_permitted"
    assert met("workflow", "register", "mails", "--as", OWNER).data["version"] == 1
    rows = met.files / "slips.csv"
    rows.write_text("id,text,amount\nsmall,a slip,50\nlarge,a big slip,500\nodd,a strange slip,some\n", "utf-8")
    how = ("--content", "text", "--id", "id", "--attributes", "amount")
    assert met("workflow", "start", "mails", rows, *how).data["begun"] == 3
    assert met("workflow", "start", "mails", rows, *how).data["repeated"] == 3
    listed = met("workflow", "list", "mails").data
    assert listed["counts"] == {"away": 1, "ended": 1, "held": 1}
    assert [(one["name"], one["state"], one["reason"]) for one in listed["items"]] == [
        ("odd", "held", "rule_unknown"),
        ("large", "away", None),
    ]
    told = met.shown("workflow", "show", "mails", "odd").out
    assert "what it asks for is missing, or is no number" in told
    assert met("workflow", "send", "mails", "odd", "--to", "paid", "--as", OWNER).data["state"] == "ended"
    file.write_text(STEPS.replace("above: 100", "above: 200"), "utf-8")
    assert met("workflow", "register", "mails", "--as", OWNER).data["version"] == 2
    gone = met("workflow", "migrate", "mails", "--from", "1", "--as", OWNER).data
    assert (gone["moved"], gone["to"], gone["stayed"]) == (1, 2, [])
    shown = met("workflow", "show", "mails", "large").data
    assert (shown["version"], shown["step"]) == (2, "look")
    assert shown["steps"][-1]["case"] == f"{shown['id']}.look"
    assert met("ledger", "list").code == 0
