"""Errors, named by the reaction they call for.

Every error has a stable code that people can search for (``PZ-…``, listed in docs/errors.md), a
*cause* (what happened, in this instance) and an *action* (what the reader should do about it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from monitor.domain.mention import Mention
    from monitor.domain.posting import Posted


class PressZeroError(Exception):
    """Something went wrong that Press Zero can name."""

    code: ClassVar[str] = "PZ-000"
    action: ClassVar[str] = "Run `presszero doctor`; if it finds nothing, report the code and the log line."

    def __init__(self, cause: str, *, action: str | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.what_to_do = action or type(self).action

    def __str__(self) -> str:
        return f"{self.code}: {self.cause} {self.what_to_do}".strip()


def action_for(code: str) -> str:
    """What to do about an error of which only the code was kept."""
    waiting: list[type[PressZeroError]] = [PressZeroError]
    while waiting:
        kind = waiting.pop()
        if kind.code == code:
            return kind.action
        waiting += kind.__subclasses__()
    return PressZeroError.action


# --- configuration and use ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One wrong thing in a configuration file or the environment."""

    file: str
    key: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: found {self.found}; {self.expected}"


class ConfigInvalid(PressZeroError):
    """The configuration can't be used; every problem is listed at once."""

    code = "PZ-101"
    action = "Mend the keys named above and run the command again."

    def __init__(self, problems: Sequence[ConfigProblem]) -> None:
        self.problems = tuple(problems)
        noun = "problem" if len(self.problems) == 1 else "problems"
        lines = "\n".join(f"  - {p}" for p in self.problems)
        super().__init__(f"{len(self.problems)} {noun} in the configuration:\n{lines}\n")


class WrongUse(PressZeroError):
    """What was asked for can't be done with these arguments or values."""

    code = "PZ-102"
    action = "See `presszero COMMAND --help`."


class NotFound(PressZeroError):
    """What was asked for isn't stored here."""

    code = "PZ-103"
    action = "Check the number or name; `presszero queue list` shows what there is."


# --- input --------------------------------------------------------------------------------


class InputUnreadable(PressZeroError):
    """A file or stream of mentions can't be read at all (single bad rows are rejects, not errors)."""

    code = "PZ-201"
    action = "Check the path, the compression and the format (docs/connectors.md#archive)."


class NotAMention(PressZeroError):
    """A row lacks what a mention needs, or has it in a form that can't be understood."""

    code = "PZ-202"
    action = "Mend the row; it was kept in the reject file with its line number."


class BadMoment(PressZeroError):
    """A point in time or a duration that can't be understood."""

    code = "PZ-203"
    action = "Write times as 2026-03-01T12:00:00Z, durations as 30s, 2m, 4h or 7d."


class DeliveryRefused(PressZeroError):
    """A pushed delivery can't be taken as it is: too large, nothing in it, a key that was used before."""

    code = "PZ-204"
    action = "Mend the delivery before it is sent again (docs/connectors-webhook.md)."

    def __init__(self, cause: str, *, rule: str) -> None:
        super().__init__(cause)
        self.rule = rule


# --- connectors: by reaction --------------------------------------------------------------


class ConnectorError(PressZeroError):
    """A platform could not be reached or did not do what was asked."""

    code = "PZ-300"


class RateLimited(ConnectorError):
    """Too many requests. React: come back at `retry_at`, ask for nothing until then."""

    code = "PZ-301"
    action = "Nothing to do: the source resumes by itself where it stopped."

    def __init__(self, cause: str, *, retry_at: datetime) -> None:
        super().__init__(cause)
        self.retry_at = retry_at


class QuotaExhausted(ConnectorError):
    """The credits, the monthly cap or the configured budget are used up. React: stop, say so."""

    code = "PZ-302"
    action = "Raise `budget_per_day` or buy credits; the gap is recorded and filled afterwards."

    def __init__(self, cause: str, *, until: datetime | None = None) -> None:
        super().__init__(cause)
        self.until = until


class AuthExpired(ConnectorError):
    """The credentials are missing, wrong or revoked. React: show it on every page, at once."""

    code = "PZ-303"
    action = "Renew the secrets of this account in the environment, then `presszero doctor`."


class Refused(ConnectorError):
    """The platform understood and said no. React: don't repeat; a person decides."""

    code = "PZ-304"
    action = "Read the platform's words; the draft is back in the queue."

    def __init__(self, cause: str, *, rule: str = "refused") -> None:
        super().__init__(cause)
        self.rule = rule


class TargetGone(ConnectorError):
    """The post is deleted or hidden. React: withdraw drafts, purge what we keep of it."""

    code = "PZ-305"
    action = "Nothing to do: the draft was withdrawn."


class Transient(ConnectorError):
    """A time-out or a 5xx on a *read*. React: try the same request again later."""

    code = "PZ-306"
    action = "Nothing to do: the source tries again; a gap stays visible until it is filled."


class BadResponse(ConnectorError):
    """The platform answered something that can't be understood. React: keep nothing, show it."""

    code = "PZ-307"
    action = "If it persists, the platform changed its format: run `presszero doctor` and report it."


class OutcomeUnknown(ConnectorError):
    """A *write* got no answer: it may have happened. React: reconcile, never send again."""

    code = "PZ-308"
    action = "Nothing to do: the publisher looks for our own reply before anything else happens."


class AnsweredMeanwhile(ConnectorError):
    """A post of ours that the approver had not seen answers the customer. React: don't send, show it.

    `posts` are those posts; `itself` is this very reply, when it is among them.
    """

    code = "PZ-310"
    action = "Read what was answered; reject the draft, or say that its words are still needed."

    def __init__(self, cause: str, *, posts: Sequence[Mention], itself: Posted | None = None) -> None:
        super().__init__(cause)
        self.posts = tuple(posts)
        self.itself = itself


class ParentEdited(ConnectorError):
    """The post was edited after the reply was approved. React: don't send, keep its new text."""

    code = "PZ-311"
    action = "Read what they changed; edit the reply, or say that its words still fit."

    def __init__(self, cause: str, *, now: Mention) -> None:
        super().__init__(cause)
        self.now = now


class TargetClosed(ConnectorError):
    """Nobody can answer there any more: the thread is locked or archived. React: a person closes the case."""

    code = "PZ-312"
    action = "No reply is possible there, by hand neither: close the case, or reach the customer elsewhere."


class NotCapable(ConnectorError):
    """This connector can't do that (its capabilities say so)."""

    code = "PZ-309"
    action = "See `presszero sources` for what each source can do."


# --- drafts, approvals ----------------------------------------------------------------------


class ForbiddenTransition(PressZeroError):
    """A draft can't go from its state to the one asked for."""

    code = "PZ-401"
    action = "Reload the case: its draft has moved on."


class StaleApproval(PressZeroError):
    """The text or the conversation changed since it was shown."""

    code = "PZ-402"
    action = "Read what changed, then approve again."


class DraftBlocked(PressZeroError):
    """The draft breaks a rule that stops it from being approved."""

    code = "PZ-403"
    action = "Change the text as the finding suggests."


class SecondYesNeeded(ForbiddenTransition):
    """A reply needs two people, and the same person gave both of their yeses."""

    code = "PZ-405"
    action = "Ask a colleague who may approve; the case stands in Needs approval until then."


class NotOpened(ForbiddenTransition):
    """Several drafts were approved at once, and this one was never opened by that person."""

    code = "PZ-406"
    action = "Open the case and read it; then approve it there, or with the others."


class ClaimedByOther(PressZeroError):
    """Somebody else is working on this draft."""

    code = "PZ-404"
    action = "Speak with them, or wait until their claim runs out."


# --- store ----------------------------------------------------------------------------------


class StoreUnavailable(PressZeroError):
    """The database can't be opened or written."""

    code = "PZ-501"
    action = "Check the path, the disk and the permissions; `presszero doctor` tests them."


class AuditBroken(PressZeroError):
    """The audit chain doesn't hold: a record was changed or removed."""

    code = "PZ-502"
    action = "Keep the database as it is, and compare it with a backup from before the named record."


class SpoolUnavailable(PressZeroError):
    """A pushed delivery can't be kept now; nothing of it was. React: send it again later."""

    code = "PZ-503"
    action = "Send it again in a while; see to the disk, and that the source is being collected."


# --- access ---------------------------------------------------------------------------------


class SignInFailed(PressZeroError):
    """Name or password wrong."""

    code = "PZ-601"
    action = "Try again in a while, or have it reset with `presszero users password NAME`."


class NotAllowed(PressZeroError):
    """This person's role doesn't allow that."""

    code = "PZ-602"
    action = "Ask somebody whose role allows it (`presszero users list`)."


class CrossSiteRequest(PressZeroError):
    """A change was asked for by something that is no page of the inbox."""

    code = "PZ-603"
    action = "Open the page in this inbox and try again there."


class FormTooLarge(PressZeroError):
    """A form is larger than any form of the inbox."""

    code = "PZ-604"
    action = "Shorten the text."


class SignatureRefused(PressZeroError):
    """A pushed delivery isn't signed with the secret of its source, or not now."""

    code = "PZ-605"
    action = "Sign the body as it is sent, with the time of now (docs/connectors-webhook.md)."


class TooManyTries(SignInFailed):
    """Too many wrong passwords, codes or requests under this name or from this address. React: wait."""

    code = "PZ-606"
    action = "Wait, then try again; an admin can give a new password meanwhile."

    def __init__(self, cause: str, *, wait: timedelta, action: str | None = None) -> None:
        super().__init__(cause, action=action)
        self.wait = wait


class SecretKeyUnusable(PressZeroError):
    """What is kept encrypted can't be written or read: the key is missing, or is another one."""

    code = "PZ-607"
    variable: ClassVar[str] = "PRESSZERO_SECRET_KEY"
    action = "Set PRESSZERO_SECRET_KEY as it was; see docs/access.md for a key that is lost."


class SecondFactorFailed(SignInFailed):
    """The code of the second factor is wrong, too old, or was used before."""

    code = "PZ-608"
    action = "Take the next code from your phone, or one of your recovery codes."


class ResetLinkDead(PressZeroError):
    """A link to a new password that was used, is too old, or was never made."""

    code = "PZ-609"
    action = "Ask for a new one on the sign-in page."


class ProviderFailed(SignInFailed):
    """The organisation's provider could not be asked, or what it says does not prove who somebody is."""

    code = "PZ-611"
    action = "Begin again on the sign-in page; if it goes on, tell whoever looks after the provider."


class PictureUnavailable(PressZeroError):
    """A picture from outside is not there, is none, or lies where nothing is ever fetched from."""

    code = "PZ-610"
    action = "Open the original post to see it."


# --- reading ----------------------------------------------------------------------------------


class ModelUnusable(PressZeroError):
    """The language model is missing, damaged, or made by another version."""

    code = "PZ-701"
    action = "Reinstall presszero, or train anew with `make train`."


class RuleInvalid(PressZeroError):
    """A rule file of the reading can't be used; the rule is named."""

    code = "PZ-702"
    action = "Mend the rule named above (docs/nlp.md#rules)."


class RefitRefused(PressZeroError):
    """A team's decisions are too few, or would make the reading worse."""

    code = "PZ-703"
    action = "Keep the calibration as it is; try again when more decisions have been made."


# --- digest -----------------------------------------------------------------------------------


class MailUndelivered(PressZeroError):
    """The mail server can't be reached, or doesn't take our mail."""

    code = "PZ-801"
    action = "Check PRESSZERO_SMTP_URL, then try again; of a digest nobody gets two."
