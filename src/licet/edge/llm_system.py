"""An LLM step: a language model that is asked about each case with a prompt, and answers from a closed form."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from licet.core.canonical import Json, digest
from licet.core.case import Content
from licet.core.cost import Cost
from licet.core.ids import UseCaseSlug
from licet.core.system import Cause, NoProposal, Proposal, Proposed, SystemCard, SystemKind
from licet.edge.asking import ask_each
from licet.edge.breaker import Breaker
from licet.edge.llm_block import LlmBlock, Way
from licet.edge.llm_question import PROTOCOL, Failed, Model, Question, Said, Step
from licet.edge.llm_reply import Read, agreed, calibrated, heard, read_json, read_letter
from licet.edge.loops import Loop
from licet.edge.rates import Rates, longest_s
from licet.edge.retries import longest_call_s, wait_before
from licet.edge.system_blocks import longest_for
from licet.ports import Purse

LONGEST_CASE = 4_000_000
"""Bytes of a question; what is longer goes to a person unasked, as no model reads it whole."""


class LlmRoom:
    """Where one model is asked from in this process: its connections, turns, limits, money and circuit, however often it is loaded."""

    def __init__(
        self, block: LlmBlock, model: Model, *, slug: UseCaseSlug, purse: Purse, jitter: Callable[[], float], breaker: Breaker | None = None
    ) -> None:
        """Opens nothing yet.

        Args:
            block: which model, and how.
            model: what speaks to it.
            slug: whose money is spent.
            purse: counts it.
            jitter: chance, uniform in [0, 1).
            breaker: its circuit; None: one with the usual rules.
        """
        self.block, self.model, self.jitter, self.breaker = block, model, jitter, breaker or Breaker()
        self.till = Till(slug=slug, purse=purse, block=block)
        self.rates = Rates(requests_per_minute=block.requests_per_minute, tokens_per_minute=block.tokens_per_minute)
        self.turn = asyncio.Semaphore(block.concurrency)
        self.loop = Loop([model.close])


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """Pays for questions: counts the most that one may cost before it is asked, and what it did cost after."""

    slug: UseCaseSlug
    purse: Purse
    block: LlmBlock

    async def pay(self, question: Question, ask: "Asking") -> "Paid":
        """Asks where the budget has room for it; otherwise says that it was not asked."""
        prices = None if self.block.prices is None else self.block.prices.prices
        if prices is None:
            return Paid(came=await ask(question))
        most = prices.cost(read=question.longest_read, written=question.most)
        taken = await asyncio.to_thread(self.purse.take, self.slug, most, self.block.allowance)
        if taken is None:
            return Paid(came=_SPENT)
        came = await ask(question)
        spent = most
        if isinstance(came, Said) and came.read is not None and came.written is not None:
            spent = prices.cost(read=came.read, written=came.written)
        elif isinstance(came, Failed) and not came.paid:
            spent = replace(most, millionths=0)
        await asyncio.to_thread(self.purse.settle, taken, spent)
        return Paid(came=came, cost=spent)


_SPENT = Failed(why="The budget of use_case.yaml is spent; cases go to people until its next period.", cause=Cause.NOT_ASKED)
_NOT_ASKED = NoProposal(why="The model was not asked.", cause=Cause.NOT_ASKED)
_TOO_LONG = NoProposal(why=f"The case has more than {LONGEST_CASE:,} bytes.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What came of a question, and what it cost; None where nobody says."""

    came: Said | Failed
    cost: Cost | None = None


Asking = Callable[[Question], Awaitable[Said | Failed]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmSystem:
    """A language model behind `licet.edge.llm_question.Model` (the port `System`): one case a conversation, without tools or memory.

    Attributes:
        card: which one it is.
        step: what it is asked.
        room: where it is asked from.
    """

    card: SystemCard
    step: Step
    room: LlmRoom

    def propose(self, contents: Sequence[Content]) -> list[Proposed]:
        """Proposes an answer for each case, in order; whatever goes wrong is `NoProposal` for its own case alone."""
        at_once = self.room.block.concurrency
        return ask_each(self.room.loop, self._ask, contents, at_once=at_once, unasked=_NOT_ASKED)

    def longest(self, cases: int) -> timedelta:
        """How long the model may take for so many cases, with every sample, retry and limit."""
        block, calls = self.room.block, cases * self.step.samples
        each_s = longest_call_s(timeout_s=block.timeout_seconds, retries=block.retries)
        held_s = longest_s(
            calls * (1 + block.retries),
            LONGEST_CASE // 4 + block.max_output_tokens if block.tokens_per_minute else 0,
            requests_per_minute=block.requests_per_minute,
            tokens_per_minute=block.tokens_per_minute,
        )
        return longest_for(calls, each_s=each_s, concurrency=block.concurrency) + timedelta(seconds=held_s)

    async def _ask(self, content: Content) -> Proposed:
        permission = self.room.breaker.ask()
        if isinstance(permission, NoProposal):
            return permission
        found: Proposed = NoProposal(why="Asking the model ended early.", cause=Cause.UNAVAILABLE)
        try:
            found = await self._asked(content)
        except Exception as error:  # noqa: BLE001 - whatever a strange provider can cause goes to a person; recorded in the result
            found = NoProposal(why=f"Asking the model raised {type(error).__name__}.", cause=Cause.UNAVAILABLE)
        finally:
            failed = isinstance(found, NoProposal) and found.cause is Cause.UNAVAILABLE
            self.room.breaker.heard(permission, answered=not failed)
        return found

    async def _asked(self, content: Content) -> Proposed:
        began = time.perf_counter()
        questions = [self.step.question(content, sample) for sample in range(self.step.samples)]
        if questions[0].longest_read > LONGEST_CASE:
            return _TOO_LONG
        paid = await asyncio.gather(*(self._paid(question) for question in questions))
        cost = _sum([one.cost for one in paid])
        failed = next((one.came for one in paid if isinstance(one.came, Failed)), None)
        read = _read(self.step, [one.came for one in paid if isinstance(one.came, Said)]) if failed is None else failed.proposed
        if isinstance(read, NoProposal):
            return replace(read, cost=cost if cost is not None and cost.millionths else None)
        return Proposal(
            answer=read.answer,
            confidence=read.confidence,
            probabilities=read.probabilities,
            latency_ms=round(1000.0 * (time.perf_counter() - began)),
            cost=cost,
        )

    async def _paid(self, question: Question) -> Paid:
        """Asks, and asks again while that may help; every time is paid for."""
        costs: list[Cost | None] = []
        tried = 1
        while True:
            async with self.room.turn:
                await asyncio.sleep(self.room.rates.wait(question.likely))
                paid = await self.room.till.pay(question, self._once)
            costs.append(paid.cost)
            if isinstance(paid.came, Said) or not paid.came.again or tried > self.room.block.retries:
                return Paid(came=paid.came, cost=_sum(costs))
            wait_s = wait_before(tried, self.room.jitter(), paid.came.after_s)
            if wait_s is None:
                return Paid(came=paid.came, cost=_sum(costs))
            await asyncio.sleep(wait_s)
            tried += 1

    async def _once(self, question: Question) -> Said | Failed:
        timeout_s = self.room.block.timeout_seconds
        try:
            async with asyncio.timeout(timeout_s):
                return await self.room.model.ask(question)
        except TimeoutError:
            return Failed(why=f"It did not answer within {timeout_s:g} s.", again=True, paid=True)


def _read(step: Step, replies: Sequence[Said]) -> Read | NoProposal:
    """What the replies to the samples of one case say."""
    read = [wrong if (wrong := heard(step, said)) is not None else _read_one(step, said) for said in replies]
    if step.way is Way.SAMPLES:
        return agreed(step, read)
    first = read[0]
    if step.way is Way.PRECEDENTS and isinstance(first, Read):
        return replace(first, confidence=0.0)  # until past cases say how sure it is
    return calibrated(step, first) if isinstance(first, Read) and step.curve else first


def _read_one(step: Step, said: Said) -> Read | NoProposal:
    return read_letter(step, said) if step.way is Way.LOGPROBS else read_json(step, said)


def _sum(costs: Sequence[Cost | None]) -> Cost | None:
    known = [cost for cost in costs if cost is not None]
    if not known:
        return None
    return Cost(millionths=sum(cost.millionths for cost in known), currency=known[0].currency)


def card_of(step: Step) -> SystemCard:
    """Which system an LLM step is: any change of what its answers depend on makes another; keys, prices, budgets and limits do not."""
    block = step.block
    parts: dict[str, Json] = {
        "protocol": PROTOCOL,
        "provider": block.provider.value,
        "host": block.host,
        "address": digest(urlsplit(block.url).path),
        "model": block.model,
        "prompt": digest(step.prompt),
        "instructions": digest(step.instructions),
        "schema": digest(step.reply_schema),
        "enforced": step.enforced,
        "confidence": step.way.value,
        "samples": step.samples,
        "temperature": step.temperature,
        "seed": block.seed,
        "max_output_tokens": block.max_output_tokens,
    }
    if step.way is Way.VERBAL:
        parts["calibration"] = digest([list(pair) for pair in step.curve])
    return SystemCard(kind=SystemKind.LLM, name=block.model, version=block.version, parts=parts)


def load_llm(step: Step, room: Callable[[SystemCard], LlmRoom]) -> LlmSystem:
    """The LLM step; nothing is asked yet.

    Args:
        step: as its folder says it.
        room: finds where it is asked from, by its card.
    """
    card = card_of(step)
    return LlmSystem(card=card, step=step, room=room(card))
