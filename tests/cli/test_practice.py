"""Practice without a browser: a round from its first case to what it showed, and who of a team is ready."""

from tests.cli.desk import BUILDER, OWNER, REVIEWER, RISK, Desk


def test_a_round_is_played_by_commands_with_ones_own_answer_before_ais(met: Desk) -> None:
    round_ = met("practise", "round", "start", "mails", "--cases", "3", "--as", REVIEWER).data
    assert (round_["cases"], round_["done"]) == (3, 0)
    told: dict[str, object] = {}
    while True:
        now = met("practise", "round", "next", "mails", "--as", REVIEWER).data
        if now["practice"] is None:
            break
        assert "advice" not in now, "nothing of AI comes before one's own answer"
        answered = met("practise", "round", "answer", "mails", now["practice"], "refund", "--as", REVIEWER).data
        if not answered["ended"]:
            again = met("practise", "round", "next", "mails", "--as", REVIEWER).data
            assert (again["practice"], again["first"]) == (now["practice"], "refund")
            other = "loan" if now["done"] == 0 else None
            change = () if other is None else ("--answer", other)
            answered = met("practise", "round", "settle", "mails", now["practice"], *change, "--as", REVIEWER).data
        assert answered["ended"]
        assert answered["right"] == (answered["truth"] == ("loan" if now["done"] == 0 and round_["advised"] else "refund"))
        told[now["practice"]] = answered["truth"]
    assert len(told) == 3
    mine = met("practise", "round", "show", "mails", "--round", round_["round"], "--as", REVIEWER).data["figures"]
    assert mine["own"]["n"] == 3
    assert mine["own"]["hits"] == sum(truth == "refund" for truth in told.values())
    assert "right, alone" in met.shown("practise", "round", "show", "mails", "--as", REVIEWER).out
    refused = met("practise", "round", "show", "mails", "--round", "r_none", "--as", RISK).data
    assert refused["figures"]["own"] is None, "nobody sees another's round"
    assert "The round is over" in met.shown("practise", "round", "next", "mails", "--as", REVIEWER).out
    shown = met.shown("practise", "round", "start", "mails", "--cases", "2", "--as", BUILDER).out
    assert "Case 1 of 2" in shown
    assert "licet practise round answer mails" in shown


def test_the_owner_says_what_must_be_shown_and_for_which_work_and_sees_who_is_ready(imported: Desk) -> None:
    none = imported("qualification", "show", "mails", "--as", OWNER).data
    assert none["rule"] is None
    rule = imported("qualification", "rule", "mails", "--cases", "40", "--agreement", "0.8", "--work", "approve", "--as", OWNER).data
    assert rule["rule"]["work"] == ["approve"]
    found = imported("qualification", "show", "mails", "--as", OWNER).data
    assert found["rule"]["work"] == ["approve"]
    shown = imported.shown("qualification", "show", "mails", "--as", OWNER).out
    assert "Asked of whoever is to: approve." in shown
    imported("qualification", "rule", "mails", "--cases", "40", "--agreement", "0.8", "--work", "lock", "--as", OWNER, code=2)
    imported("qualification", "rule", "mails", "--cases", "40", "--agreement", "0.8", "--as", REVIEWER, code=5)
