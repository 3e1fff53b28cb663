"""publish: takes an approved draft out of the house, at most once.

The order is what makes it safe: the world is re-checked, the attempt is written and committed,
one call is made, the answer is recorded. Whoever dies in between leaves an attempt whose lease
runs out; it becomes `unknown`, and only looking for our own reply on the platform decides it.
"""

from __future__ import annotations

from monitor.domain.moments import Clock
from monitor.stages import freezing
from monitor.stages.publish.outlet import Outlet, Policy, PublishReport, Purse, Route, routes
from monitor.stages.publish.outlook import Outgoing, Outlook, outlook
from monitor.stages.publish.preflight import reply_key
from monitor.stages.publish.reconciling import give_up_on_the_dead, reconcile
from monitor.stages.publish.sending import Round
from monitor.stages.publish.settling import absent, found, look
from monitor.store.protocol import Store

__all__ = [
    "Outgoing",
    "Outlet",
    "Outlook",
    "Policy",
    "PublishReport",
    "Purse",
    "Route",
    "absent",
    "found",
    "look",
    "outlook",
    "publish",
    "reply_key",
    "routes",
]

BATCH = 500


def publish(
    store: Store, route: Route, clock: Clock, *, policy: Policy | None = None, limit: int = BATCH
) -> PublishReport:
    """Applies freezes, reconciles what is unknown, then sends what is approved and due."""
    report, policy = PublishReport(), policy or Policy()
    freezing.apply(store, clock, report.frozen, report.thawed)
    give_up_on_the_dead(store, clock, policy, report)
    reconcile(store, route, clock, policy, report)
    with store.read() as session:
        report.paused = session.people.posting_paused() is not None
        due = [] if report.paused else session.drafts.due(clock.now(), limit)
    Round(store, route, clock, policy, report).send_all(due)
    return report
