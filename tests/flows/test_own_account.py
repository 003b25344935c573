"""One's own account: another second factor and other recovery codes take the old ones, and end what others may hold."""

from pathlib import Path

from pyotp import TOTP

from licet.flows.own_account import own_account, renew_factor, renew_recovery
from licet.flows.sessions import enter
from licet.flows.settle import settle
from licet.flows.sign_in import FAILED, sign_in
from licet.testing import World, done
from tests.flows.examples import code, of_word
from tests.flows.signing import member

OTHER = "none of theirs at all"


def test_another_second_factor_takes_the_old_one_and_ends_what_others_may_hold(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        office, risk = world.office, member(world, world.risk)
        here, there = risk.signs_in().text, risk.signs_in().text
        offered = done(own_account(office, here))
        assert offered.secret == done(own_account(office, here)).secret, "a page that is loaded again offers the same"
        assert offered.secret not in {risk.secret, done(own_account(office, there)).secret}
        assert offered.secret in offered.address
        fresh = TOTP(offered.secret)
        assert code(renew_factor(office, here, risk.shows(), code="000000")) == "code_not_right"
        assert renew_factor(office, here, risk.shows(password=OTHER), code=fresh.at(world.clock.at)) == FAILED
        wrong = risk.shows(code="123456")
        assert renew_factor(office, here, wrong, code=fresh.at(world.clock.at)) == FAILED
        shown = risk.shows()
        made = done(renew_factor(office, here, shown, code=fresh.at(world.clock.at)))
        assert (made.ended, len(made.recovery)) == (1, 10)
        assert code(enter(office, there)) == "session_ended"
        assert sign_in(office, risk.shows()) == FAILED, "the old app counts no longer"
        assert sign_in(office, risk.shows(code=risk.recovery[0])) == FAILED, "nor do its recovery codes"
        done(sign_in(office, risk.shows(code=made.recovery[0])))
        assert done(own_account(office, here)).secret != offered.secret, "what was taken is not offered again"
        risk.secret = offered.secret
        world.clock.pass_time(TOTP(offered.secret).interval * world.clock.tick)
        done(sign_in(office, risk.shows()))
        (event,) = of_word(world, "factor.renewed")
        assert event.facts["identity"] == "signed in"
        settle(office)
        assert any(one.to == world.risk.id and "another second factor" in one.subject for one in world.post.messages)
        assert not any(offered.secret.encode() in entry for entry in world.entries())


def test_recovery_codes_are_renewed_by_whoever_shows_who_they_are_and_a_first_factor_is_added(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        office, risk, rene = world.office, member(world, world.risk), member(world, world.reviewer, factor=False)
        here, mine = risk.signs_in().text, rene.signs_in().text
        made = done(renew_recovery(office, here, risk.shows(code=risk.recovery[3])))
        assert sign_in(office, risk.shows(code=risk.recovery[4])) == FAILED
        done(sign_in(office, risk.shows(code=made.recovery[9])))
        assert code(renew_recovery(office, mine, rene.shows(code=""))) == "factor_needed"
        rene.secret = done(own_account(office, mine)).secret
        now = TOTP(rene.secret).at(world.clock.at)
        done(renew_factor(office, mine, rene.shows(code=""), code=now))
        assert sign_in(office, rene.shows(code="")) == FAILED, "from now on the password alone opens nothing"
        assert sign_in(office, rene.shows(code=now)) == FAILED, "the code that was shown is used up"
        done(sign_in(office, rene.shows()))
