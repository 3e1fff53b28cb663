"""`presszero sources`: every place we look, how it stands, and what it could not see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.call import AS_JSON, opened
from monitor.cli.say import as_json, out, table
from monitor.domain.errors import action_for
from monitor.domain.moments import say_duration, utc_text

if TYPE_CHECKING:
    from monitor.domain.coverage import Gap
    from monitor.stages.health import SourceReport

# Lines of the deletion ledger that are printed; --json gives as many again.
DELETIONS = 100


def sources(
    ctx: typer.Context,
    kinds: Annotated[
        bool, typer.Option("--kinds", help="What there is to choose from, and what each can do.")
    ] = False,
    deletions: Annotated[
        bool, typer.Option("--deletions", help="Which posts were deleted at their source, and here when.")
    ] = False,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """How every source stands.

    Health, last complete poll, lag, gaps, requests left, and money against the budget. With --kinds:
    what there is to choose from. With --deletions: what was deleted at its source, and when here.
    """
    if kinds:
        _print_kinds(json)
        return
    from monitor.stages.health import source_report

    with opened(ctx) as app, app.store.read() as session:
        if deletions:
            found = session.rechecks.deletions(DELETIONS)
        else:
            reports = source_report(session, app.settings.sources, app.clock.now())
    if deletions:
        rows = [
            (d.key.platform, d.key.native_id, d.source, d.noticed_at, d.purged_at, d.reason) for d in found
        ]
        _print_rows(("platform", "native_id", "source", "noticed_at", "purged_at", "reason"), rows, json)
        return
    if json:
        as_json([_source(r) for r in reports])
        return
    table(
        (
            "source",
            "kind",
            "health",
            "last complete",
            "lag",
            "gaps",
            "mentions",
            "rate left",
            "today",
            "month",
        ),
        [_cells(r) for r in reports],
    )
    for report in reports:
        for line in _notes(report):
            out(f"{report.source}: {line}")


def _print_rows(columns: tuple[str, ...], rows: list[tuple[Any, ...]], json: bool) -> None:
    if json:
        as_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    plain = [tuple(utc_text(cell) if hasattr(cell, "tzinfo") else cell for cell in row) for row in rows]
    table(tuple(name.replace("_", " ") for name in columns), plain)


def _source(r: SourceReport) -> dict[str, Any]:
    return {
        "source": r.source,
        "kind": r.kind,
        "enabled": r.enabled,
        "health": r.health,
        "error": {"code": r.error[0], "text": r.error[1]} if r.error else None,
        "stumbles": [{"doing": s.doing, "code": s.code, "text": s.text} for s in r.stumbles],
        "last_try_at": r.last_try_at,
        "last_complete_at": r.last_complete_at,
        "lag_seconds": r.lag.total_seconds() if r.lag is not None else None,
        "not_before": r.not_before,
        "mentions": r.mentions,
        "rejects": r.rejects,
        "account": r.rate.account,
        "rate_remaining": r.rate.remaining,
        "rate_limit": r.rate.limit,
        "rate_reset_at": r.rate.reset_at,
        "account_waits_until": r.rate.waits_until,
        "spent_today_usd": round(r.money.today, 4),
        "spent_month_usd": round(r.money.month, 4),
        "backfills_month_usd": round(r.money.backfills_month, 4),
        "requests_today": r.money.requests_today,
        "budget_per_day": r.money.budget_per_day,
        "watched": r.recheck.watched,
        "recheck_overdue": r.recheck.overdue,
        "coverage": [{"start_at": i.start, "end_at": i.end} for i in r.coverage],
        "gaps": [_gap(g) for g in r.gaps],
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "start_at": gap.interval.start,
        "end_at": gap.interval.end,
        "reason": gap.reason,
        "detail": gap.detail,
        "fillable": gap.fillable,
    }


def _cells(r: SourceReport) -> tuple[object, ...]:
    left = f"{r.rate.remaining} of {r.rate.limit}" if r.rate.limit else "–"
    complete = utc_text(r.last_complete_at)[:16].replace("T", " ") if r.last_complete_at else "never"
    lag = say_duration(r.lag) if r.lag is not None else "–"
    budget = r.money.budget_per_day
    today = f"${r.money.today:.2f}" + (f" of ${budget:.2f}" if budget is not None else "")
    month = f"${r.money.month + r.money.backfills_month:.2f}"
    return r.source, r.kind, r.health, complete, lag, len(r.gaps), r.mentions, left, today, month


def _notes(r: SourceReport) -> Iterator[str]:
    if r.error is not None and r.enabled:
        yield f"{r.error[0]}: {r.error[1]} {action_for(r.error[0])}"
    for stumble in r.stumbles:
        yield f"{stumble.code}: {stumble.fails}: {stumble.text} {stumble.what_to_do}"
    if r.not_before is not None:
        yield f"rests until {utc_text(r.not_before)}"
    if r.rate.waits_until is not None:
        yield f"{r.rate.account} waits until {utc_text(r.rate.waits_until)}"
    for gap in r.gaps:
        again = "will be filled" if gap.fillable else "can't be filled"
        yield f"gap {utc_text(gap.interval.start)} to {utc_text(gap.interval.end)}, {gap.reason}, {again}"
    if r.recheck.overdue and r.recheck.unread_since is not None:
        since = utc_text(r.recheck.unread_since)
        yield f"{r.recheck.overdue} of {r.recheck.watched} posts wait to be looked at again, since {since}"
    if r.money.backfills_month:
        yield f"${r.money.backfills_month:.2f} of this month went into backfills"


# --- kinds ----------------------------------------------------------------------------------------


def _print_kinds(json: bool) -> None:
    found = _kinds()
    if json:
        as_json(found)
        return
    for kind in found:
        out(f"{kind['kind']}: {kind['about']}")
        out(f"  can: {', '.join(kind['can']) or 'collect'}")
        if kind["secrets"]:
            out(f"  secrets, behind the account's prefix: {', '.join('_' + s for s in kind['secrets'])}")
        for key in kind["keys"]:
            out(f"  {key['key']}: {key['about']}")
        out()


def _kinds() -> list[dict[str, Any]]:
    """What is installed. A kind whose package is missing says so instead of hiding."""
    from connectors.base import SourceConfig
    from connectors.registry import connector_class, kinds

    found: list[dict[str, Any]] = []
    for kind in kinds():
        try:
            made = connector_class(kind)
        except ImportError as exc:
            missing = f"needs a package that is not installed ({exc.name}): pip install 'presszero[{kind}]'"
            found.append({"kind": kind, "about": missing, "can": [], "secrets": [], "keys": []})
            continue
        about = (made.Config.__doc__ or made.__doc__ or "").strip().split("\n")[0]
        fields = made.Config.model_fields
        own = [k for k in fields if k not in SourceConfig.model_fields]
        found.append(
            {
                "kind": kind,
                "about": about,
                "can": [n.removeprefix("can_") for n in _abilities(made.capabilities)],
                "secrets": list(made.secrets),
                "keys": [{"key": k, "about": fields[k].description or ""} for k in own],
            }
        )
    return found


def _abilities(capabilities: object) -> list[str]:
    names = getattr(capabilities, "__slots__", ())
    return [n for n in names if n.startswith("can_") and getattr(capabilities, n)]
