"""The clock, chance and the post: the small doors to the real world."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from licet.core.ids import PersonId
from licet.core.incident import Message
from licet.edge.clock import SystemClock
from licet.edge.draw import LETTERS, SECRET_BYTES, TOKEN_LENGTH, SystemDraw
from licet.edge.post import FilePost


def test_the_clock_is_aware_and_now() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


def test_chance_does_not_repeat() -> None:
    draw = SystemDraw()
    tokens = {draw.token("t_") for _ in range(1000)}
    assert len(tokens) == len({draw.secret() for _ in range(1000)}) == 1000
    assert all(token.startswith("t_") and len(token) == 2 + TOKEN_LENGTH and set(token[2:]) <= set(LETTERS) for token in tokens)
    assert len(draw.secret()) == SECRET_BYTES
    assert all(0 <= draw.number() < 2**32 for _ in range(100))


def test_a_message_is_one_line_whatever_is_in_it(tmp_path: Path) -> None:
    post = FilePost(path=tmp_path / "messages.jsonl")
    odd = Message(to=PersonId("p_1"), subject='two\nlines "quoted"', body="\x1b[31m\u202e")
    post.deliver(odd)
    post.deliver(odd)
    lines = post.path.read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [{"to": odd.to, "subject": odd.subject, "body": odd.body}] * 2
    assert stat.S_IMODE(post.path.stat().st_mode) == 0o600
