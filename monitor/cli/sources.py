"""`presszero sources`: every place we look, how it stands, and what it could not see."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.call import AS_JSON, opened
from monitor.cli.say import as_json, out, table
from monitor.domain.moments import say_duration, utc_text

if TYPE_CHECKING:
    from connectors.base import SourceConfig
    from monitor.domain.coverage import Gap
    from monitor.store.ledger import SourceState
    from monitor.store.session import Session


def sources(
    ctx: typer.Context,
    kinds: Annotated[
        bool, typer.Option("--kinds", help="What there is to choose from, and what each can do.")
    ] = False,
    json: Annotated[bool, AS_JSON] = False,
) -> None:
    """How every source stands.

    Health, last complete poll, gaps, rate and money. With --kinds: what there is to choose from.
    """
    if kinds:
        _print_kinds(json)
        return
    with opened(ctx) as app, app.store.read() as session:
        now = app.clock.now()
        rows = [_source(session, config, now) for config in app.settings.sources]
    if json:
        as_json(rows)
        return
    table(
        ("source", "kind", "health", "last complete", "mentions", "rate left", "today", "month"),
        [_cells(row) for row in rows],
    )
    for row in rows:
        if row["error"]:
            out(f"{row['source']}: {row['error']['code']}: {row['error']['text']}")
        for gap in row["gaps"]:
            again = "will be filled" if gap["fillable"] else "can't be filled"
            span = f"{utc_text(gap['start_at'])} to {utc_text(gap['end_at'])}"
            out(f"{row['source']}: gap {span}, {gap['reason']}, {again}")


def _source(session: Session, config: SourceConfig, now: datetime) -> dict[str, Any]:
    state = next((s for s in session.ledger.states() if s.source == config.name), None)
    today, month = utc_text(now)[:10], utc_text(now)[:8] + "01"
    return {
        "source": config.name,
        "kind": config.kind,
        "enabled": config.enabled,
        "health": _health(state, config),
        "error": {"code": state.error_code, "text": state.error_text} if state and state.error_code else None,
        "last_try_at": state.last_try_at if state else None,
        "last_complete_at": state.last_complete_at if state else None,
        "lag_seconds": _lag(state, now),
        "not_before": state.not_before if state else None,
        "mentions": state.mentions_total if state else 0,
        "rejects": state.rejects_total if state else 0,
        "rate_remaining": state.rate_remaining if state else None,
        "rate_limit": state.rate_limit if state else None,
        "spent_today_usd": session.ledger.spend_since(config.name, today)[0],
        "spent_month_usd": session.ledger.spend_since(config.name, month)[0],
        "budget_per_day": config.budget_per_day,
        "coverage": [{"start_at": i.start, "end_at": i.end} for i in session.ledger.coverage(config.name)],
        "gaps": [_gap(g) for g in session.ledger.gaps(config.name)],
    }


def _health(state: SourceState | None, config: SourceConfig) -> str:
    if not config.enabled:
        return "off"
    return state.health if state else "new"


def _lag(state: SourceState | None, now: datetime) -> float | None:
    return (now - state.last_complete_at).total_seconds() if state and state.last_complete_at else None


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "start_at": gap.interval.start,
        "end_at": gap.interval.end,
        "reason": gap.reason,
        "detail": gap.detail,
        "fillable": gap.fillable,
    }


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    lag, budget = row["lag_seconds"], row["budget_per_day"]
    limit = f"{row['rate_remaining']} of {row['rate_limit']}" if row["rate_limit"] else "–"
    complete = f"{say_duration(timedelta(seconds=lag))} ago" if lag is not None else "never"
    today = f"${row['spent_today_usd']:.2f}" + (f" of ${budget:.2f}" if budget else "")
    month = f"${row['spent_month_usd']:.2f}"
    return row["source"], row["kind"], row["health"], complete, row["mentions"], limit, today, month


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
