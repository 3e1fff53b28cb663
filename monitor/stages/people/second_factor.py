"""The second factor: six digits from a phone (TOTP, RFC 6238), and ten recovery codes for when it is lost."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import datetime

import pyotp

from monitor.domain.errors import SecondFactorFailed, SecretKeyUnusable, WrongUse
from monitor.domain.moments import Clock
from monitor.stages.people import throttle
from monitor.stages.people.passwords import generated_password
from monitor.stages.people.seal import VARIABLE, Seal
from monitor.stages.people.sessions import token_hash
from monitor.store.access import Factor
from monitor.store.protocol import Store

RECOVERY_CODES = 10
# A phone's clock may be off by one step of 30 s, either way (RFC 6238, 5.2).
_WINDOW = (0, -1, 1)
_PURPOSE = "second factor"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a person types or scans into their phone. It is shown once."""

    secret: str
    uri: str  # otpauth://…


def begin(store: Store, name: str, issuer: str, seal: Seal | None, clock: Clock) -> Enrolment:
    """A new secret, which counts from its first right code on.

    Raises SecretKeyUnusable when there is no key to keep it with, WrongUse when there is a factor already.
    """
    key, secret, now = _needed(seal), pyotp.random_base32(), clock.now()
    sealed = key.close(json.dumps([name, secret]), _PURPOSE)
    with store.write() as session:
        if not session.access.begin_factor(name, sealed, now):
            raise WrongUse("You have a second factor already.", action="Turn it off first.")
    return _enrolment(secret, name, issuer)


def begun(store: Store, name: str, issuer: str, seal: Seal | None) -> Enrolment | None:
    """The secret that waits for its first code."""
    with store.read() as session:
        factor = session.access.factor(name)
    if factor is None or factor.confirmed_at is not None:
        return None
    return _enrolment(_secret(factor, name, _needed(seal)), name, issuer)


def confirm(
    store: Store, name: str, code: str, seal: Seal | None, clock: Clock, *, but: str = ""
) -> list[str]:
    """The first right code: from now on it is asked for. Returns the recovery codes, which are shown once.

    Every other browser (all but the token hash `but`) is signed out. Raises SecondFactorFailed, WrongUse.
    """
    now, key = clock.now(), _needed(seal)
    codes = [generated_password() for _ in range(RECOVERY_CODES)]
    with store.write() as session:
        factor = session.access.factor(name)
        if factor is None or factor.confirmed_at is not None:
            raise WrongUse("Nothing waits for a first code.", action="Begin on your account page.")
        step = _step_of(_secret(factor, name, key), code, now)
        if step is None or not session.access.spend_step(factor.user_id, step):
            raise SecondFactorFailed("That is not the code of now.")
        session.access.confirm_factor(factor.user_id, now)
        session.access.set_recovery(factor.user_id, [_hash(c) for c in codes])
        session.access.sign_out_all(name, but=but)
        session.audit.record(now, name, "user.second_factor_on", f"user:{name}")
    return codes


def check(store: Store, name: str, code: str, address: str, seal: Seal | None, clock: Clock) -> str:
    """Uses a code up; returns how it was shown: "code" or "recovery".

    Raises SecondFactorFailed, TooManyTries, and SecretKeyUnusable when the key is another one.
    """
    now, key = clock.now(), _needed(seal)
    with store.write() as session:
        number = throttle.count(session, f"code:{name}", address, now)
        factor = session.access.factor(name)
        if factor is None or factor.confirmed_at is None:
            raise SecondFactorFailed("There is no second factor.")
        if digits := _digits(code):
            step = _step_of(_secret(factor, name, key), digits, now)
            right = step is not None and session.access.spend_step(factor.user_id, step)
        else:
            right = session.access.spend_recovery(factor.user_id, _hash(code))
        if right:
            throttle.was_right(session, f"code:{name}", number, now)
            if not digits:
                session.audit.record(now, name, "user.recovery_code_used", f"user:{name}")
    if not right:
        raise SecondFactorFailed("That code is wrong, or was used before.")
    return "code" if digits else "recovery"


def new_recovery_codes(store: Store, name: str, clock: Clock) -> list[str]:
    """Ten new ones in place of all others. Raises WrongUse without a second factor."""
    now, codes = clock.now(), [generated_password() for _ in range(RECOVERY_CODES)]
    with store.write() as session:
        factor = session.access.factor(name)
        if factor is None or factor.confirmed_at is None:
            raise WrongUse("There is no second factor.", action="Set one up first.")
        session.access.set_recovery(factor.user_id, [_hash(c) for c in codes])
        session.audit.record(now, name, "user.recovery_codes_renewed", f"user:{name}")
    return codes


def turn_off(store: Store, name: str, clock: Clock, *, by: str) -> bool:
    """No second factor any more; the person is signed out everywhere. False when there was none."""
    now = clock.now()
    with store.write() as session:
        factor = session.access.factor(name)
        if factor is None or not session.access.drop_factor(factor.user_id):
            return False
        if factor.confirmed_at is not None:
            session.access.sign_out_all(name)
            session.audit.record(now, by, "user.second_factor_off", f"user:{name}")
    return True


def has_factor(store: Store, name: str) -> bool:
    """Whether a code is asked for."""
    with store.read() as session:
        factor = session.access.factor(name)
    return factor is not None and factor.confirmed_at is not None


def _needed(seal: Seal | None) -> Seal:
    if seal is None:
        raise SecretKeyUnusable(f"{VARIABLE} is not set, and a second factor can't be kept without it.")
    return seal


def _enrolment(secret: str, name: str, issuer: str) -> Enrolment:
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer))


def _secret(factor: Factor, name: str, seal: Seal) -> str:
    owner, secret = json.loads(seal.open(factor.secret, _PURPOSE))
    if owner != name:  # a row that was put under another person
        raise SecretKeyUnusable("This second factor was made for somebody else.")
    return str(secret)


def _digits(code: str) -> str:
    plain = "".join(code.split())
    return plain if len(plain) == 6 and plain.isascii() and plain.isdecimal() else ""


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is."""
    totp, given = pyotp.TOTP(secret), _digits(code)
    current = totp.timecode(now)
    steps = (current + shift for shift in _WINDOW)
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step), given)), None)


def _hash(code: str) -> str:
    return token_hash("".join(c for c in code.lower() if c.isalnum()))
