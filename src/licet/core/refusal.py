"""A refusal: what Licet says when a rule says no, with a code for programs and a way out for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field

CODES: Mapping[str, str] = {
    "account_disabled": "The person's account is disabled.",
    "confirmation_needed": "The act takes a person who has just shown again who they are.",
    "code_not_right": "The code of the second factor is not right, or was used before.",
    "cluster_too_large": "A cluster has more cases than the standard says it can have.",
    "factor_needed": "The account needs a second factor.",
    "last_admin": "It is the last admin's account that is open.",
    "link_not_valid": "The set-up link is unknown, used, withdrawn or older than it may be.",
    "not_from_here": "The request does not come from a page of this server.",
    "password_weak": "The password is too short, or one that is guessed first.",
    "session_ended": "There is no such session, or it is over.",
    "sign_in_failed": "Address, password or code is not right.",
    "sign_in_needed": "People have accounts here: nobody is taken at their word.",
    "too_many_guesses": "There were too many wrong guesses; the next one has to wait.",
    "adjudicator_not_independent": "Who adjudicates or labels built, fed or evaluated the system, or gave the first answer.",
    "already_done": "What was asked for is already so.",
    "already_stopped": "The stop is pressed already, and not as a drill.",
    "approver_is_author": "Who wrote, built or proposed it may not approve it.",
    "attempts_used_up": "The standard's attempts on these sealed cases are spent.",
    "beyond_the_team": "The act reaches beyond the team that it is done in.",
    "case_erased": "The case was erased; nobody can read it any more.",
    "baseline_not_locked": "No baseline is locked, or none that two people signed.",
    "baseline_too_late": "The event log reaches into the time in which AI decided already.",
    "no_such_offer": "There is no such offer, or it is not this person's to see.",
    "no_such_template": "There is no template of this name, or no such version of it.",
    "not_a_template": "What is said or offered as a template is none.",
    "no_template": "The use case began from no template.",
    "nothing_to_offer": "The use case's files are those of its template.",
    "offer_not_open": "The offer was accepted or declined already.",
    "offer_outdated": "The offer stands on a version that is not the newest any more.",
    "template_withdrawn": "The template's files were withdrawn: nobody begins from them or publishes them again.",
    "template_name_taken": "Another use case publishes under this template's name.",
    "no_such_item": "The workflow has no item of this name.",
    "no_such_step": "The event log knows no step of this name.",
    "case_conflict": "Another case came in under this id before.",
    "grader_fails": "The standard's own grader cannot grade, or not twice the same.",
    "incident_closed": "The incident is closed; nothing is added to it.",
    "suspects_left_out": "The incident leaves out cases that may be wrong; risk alone may close it so, with a reason.",
    "incident_not_done": "The incident lacks a cause or a lesson, or something is still to be done about it.",
    "not_a_day": "The day is not one by which something can be done.",
    "redesign_unfit": "The redesign names steps that the event log does not know, or puts together what is not next to each other.",
    "redesign_not_played": "A simulation of a redesign ended before anything came of it.",
    "redesign_playing": "A redesign of the use case is being simulated already.",
    "redesign_unknown": "Something that the redesign is simulated with is neither measured nor assumed.",
    "file_not_read": "A file cannot be read as what it was said to be; nothing of it was taken in.",
    "nothing_measured": "A file of another tool says nothing of any case.",
    "nothing_decided_alone": "AI decided no case alone there.",
    "too_many_actions": "The incident has as many actions as it may have.",
    "no_such_action": "The incident has no such action that is still to be done.",
    "no_such_known_answer": "There is no such known answer for this person, or nobody contests it.",
    "no_such_person": "Nobody here has this id.",
    "database_here": "The database is a file of the installation, with commands of its own for copies.",
    "database_elsewhere": "The database is on a server, which is copied with the server's own tools.",
    "budget_spent": "Asking the system has cost as much as it may.",
    "currencies_mixed": "Asking the system was paid in two currencies, which have no sum.",
    "backlog_full": "Too many cases of the use case wait for a worker.",
    "answers_not_listed": "The use case has no closed list of answers, so that no question can offer them all.",
    "digest_mismatch": "The digest given is not the digest of what is asked for now.",
    "exposure_not_due": "The rule by which a mandate is exposed further is not met, or its plan has no further step.",
    "entered_by_grant": "The stage delegated is entered by granting a mandate.",
    "gate_closed": "A requirement of the gate is not met.",
    "identity_refused": "What the identity provider says does not let this person in.",
    "identity_unavailable": "The identity provider does not answer, or not as it must; nobody is let in by it.",
    "no_identity_provider": "No identity provider is set up here.",
    "idempotency_conflict": "This idempotency key came with another request before.",
    "known_share_not_taken": "A share of known answers lies outside its range.",
    "not_qualified": "The person has not shown on past cases what the use case's rule asks for, or too long ago.",
    "not_practising": "The practice case is not one that waits for this person's answer.",
    "round_not_taken": "A practice round is shorter or longer than it may be.",
    "nothing_to_practise": "No past case with a known answer is left that the person did not see.",
    "qualification_rule_not_taken": "A qualification rule lies outside its range, or nobody could ever meet it.",
    "figures_not_yours": "Somebody else's figures are seen by owner, senior reviewer and risk alone.",
    "lowering_takes_risk": "Only risk answers the risk questions so that a tier falls that answers made strict.",
    "log_unknown": "The witness does not know this ledger's key yet.",
    "looks_used_up": "The looks declared in the standard are spent.",
    "mandate_not_active": "There is no active mandate to act on.",
    "mandate_not_suspended": "Only a suspended mandate can be reinstated.",
    "cases_waiting": "Cases of the use case wait for a worker or for a person's answer.",
    "left_with_mandate": "While a mandate is in force the use case is delegated; the mandate is taken back first.",
    "mandate_running": "A mandate is active or suspended; it must be revoked first.",
    "no_change_rule": "The locked standard does not say by how much a new version may be worse.",
    "no_comparison": "There is no comparison, or none in the state that is needed.",
    "not_enough_cases": "There are fewer cases to compare on than were asked for.",
    "bpmn_cannot_say": "A diagram in BPMN cannot say exactly what was asked for, or would be too large to be read.",
    "no_workflow": "The use case has no workflow, or none of this version.",
    "item_unreadable": "What the item says cannot be read, and the act needs it.",
    "kept_apart": "The person answered a step of the item from which another is kept apart, and would take it past that.",
    "not_held": "The item is not held for a person.",
    "no_exposure": "The mandate has no plan of exposure.",
    "judge_missing": "The use case has no judge.",
    "not_an_event_log": "What was sent cannot be read as an event log.",
    "no_event_log": "There is no event log of the process that can be read.",
    "no_history": "There is no history to work with.",
    "no_mandate": "There is no mandate, or none in the state that is needed.",
    "no_sealed_cases": "There are no sealed cases to judge on.",
    "not_decided": "The case has no decision yet.",
    "nothing_lost": "Nothing was rolled back that could be accepted.",
    "not_in_ledger": "The ledger has no entry, or no size, of this number.",
    "not_in_fast_lane": "The standing approval of risk does not pass this.",
    "not_labelled_enough": "A declared look needs more labelled sealed cases.",
    "not_narrower": "The narrowing would widen something, changes nothing, or names what cannot be relied on.",
    "not_on_worksheet": "The answer is for a case that is not on the worksheet.",
    "not_a_place_for_it": "A role of the installation was to be given for one team or use case.",
    "not_permitted": "The person has no role that permits this act.",
    "not_the_owner": "Only the owner of this use case may do this.",
    "not_stopped": "The stop is not pressed.",
    "not_the_logs": "The checkpoint is not signed by the key that is known of its ledger.",
    "not_there": "There is nothing of that name, or the token is not for it.",
    "lease_lost": "The case is not in this person's hands, or not under this lease.",
    "too_many_in_hand": "The person has as many cases in hand as one may have.",
    "too_late_to_withdraw": "The answer took effect, or AI's proposal was shown after it.",
    "reviewer_excluded": "The person had a hand in the case, or answered it before.",
    "person_absent": "The person is out of office, and nobody stands in.",
    "too_far_off": "The moment named lies before now, or further off than it may.",
    "nothing_asked": "No question is out about the case.",
    "answer_not_taken": "The answer is not of the use case's kind, or not in its closed list.",
    "not_on_the_desk": "There is no case or answer of this name on the desk.",
    "at_the_desk": "Somebody at the desk has the case in hand, or has answered it.",
    "key_not_possible": "A single key was chosen that is no visible character, is a digit, or is taken twice.",
    "not_waiting": "The case waits for no answer, or was answered before.",
    "pilot_not_possible": "The standard or the sealed cases do not allow a pilot, or what it fixed was for something else.",
    "policy_error": "The policies gave no answer: they or the question are malformed, failed or took too long; so it is no.",
    "policy_forbids": "A policy forbids this act.",
    "prohibited": "The risk answers make the use case prohibited.",
    "person_needed": "This act needs a named person; neither the operator nor a token may do it.",
    "outside_envelope": "The change is outside the change envelope, or no envelope is in force.",
    "request_not_open": "The request for approval takes this act no more: it passed, or it ended.",
    "reason_needed": "Going back a stage takes a reason.",
    "retired": "The use case is retired.",
    "risk_raised": "The tier is stricter than the one the mandate was granted under.",
    "same_person": "Two different people are needed.",
    "scope_missing": "The token has no scope that permits this.",
    "sealed_cases_opened": "These sealed cases were opened and something changed since; fresh ones are needed.",
    "standard_edited": "The standard on disk is not the locked one.",
    "standard_not_locked": "The standard is not locked and countersigned.",
    "system_missing": "The system that is asked for is not there.",
    "system_unavailable": "The system stopped answering before it was asked about every case.",
    "token_not_valid": "The token is missing, unknown, expired or revoked.",
    "too_late_to_undo": "The import was looked at and cannot be undone.",
    "tree_inconsistent": "It is not shown that one checkpoint grew out of the other.",
    "tree_shrank": "The checkpoint is smaller than one that was seen before.",
    "use_case_exists": "There is a use case of this name already.",
    "witness_unknown": "No key of this witness was taken in.",
    "veto_window_open": "The change waits until nobody can veto it any more.",
    "verdict_not_fresh": "A verdict on fresh sealed cases, after the suspension, is needed.",
    "verdict_not_met": "No mandate without a met verdict.",
}
"""Every code a refusal can carry, with its meaning; the reference in the docs is tested against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A rule said no. It is a value, not an accident.

    Attributes:
        code: one of `CODES`.
        why: one sentence that names the offender and the limit.
        remedy: what to do next; empty where there is nothing to do.
    """

    code: str
    why: str
    remedy: str = field(default="")

    def __post_init__(self) -> None:
        """Keeps the list of codes closed.

        Raises:
            UnknownRefusalCodeError: when the code is not one of `CODES`.
        """
        if self.code not in CODES:
            raise UnknownRefusalCodeError(self.code)


class UnknownRefusalCodeError(ValueError):
    """A refusal was given a code that no document explains."""

    def __init__(self, code: str) -> None:
        """Names the code and where to add it."""
        super().__init__(f"{code!r} is not a refusal code; add it to licet.core.refusal.CODES with its meaning.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A number nobody knows, and why. It is never 0 and never NaN."""

    why: str
