"""[alerts] in config.toml: what is wrong is said so that somebody can mend it, and no address is shown."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.config import load
from monitor.domain.alert import AlertKind
from monitor.domain.errors import ConfigInvalid

HEAD = '[brand]\nname = "Northwind"\ntimezone = "Europe/Berlin"\n'
TEAM = "[alerts.channels.team]\n"
BO = '[alerts.channels.bo]\nperson = "bo"\n'
TO_TEAM = TEAM + '[[alerts.routes]]\nto = "team"\n'
ROTA = BO + "[alerts.rota]\n"
SHIFTS = "alerts.rota.shifts.0.when"
ENV = {"PRESSZERO_ALERT_TEAM": "json://127.0.0.1/s3cret", "PRESSZERO_ALERT_BO": "json://127.0.0.1/bo"}


def loaded(folder: Path, text: str, env: dict[str, str] | None = None):  # type: ignore[no-untyped-def]
    file = folder / "config.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    return load(file, ENV if env is None else env)


@pytest.mark.parametrize(
    ("text", "env", "key", "said"),
    [
        (TEAM, {}, "PRESSZERO_ALERT_TEAM", "set its address in the environment, or as a line"),
        (TEAM, {"PRESSZERO_ALERT_TEAM": "nonsense-s3cret"}, "PRESSZERO_ALERT_TEAM", "apprise"),
        ('[alerts.channels.t]\nurl = "json://s3cret"', ENV, "alerts.channels.t.url", "known here: env"),
        (TEAM + '[[alerts.routes]]\nto = "taem"', ENV, "alerts.routes[1].to", "did you mean `team`?"),
        (TEAM + '[[alerts.routes]]\nto = "oncall"', ENV, "alerts.routes[1].to", "give one channel"),
        (TO_TEAM + 'brands = "Nortwind"', ENV, "alerts.routes[1].brands", "Northwind"),
        (TO_TEAM + 'kinds = "p9"', ENV, "alerts.routes.0.kinds.0", "'p0'"),
        (ROTA + 'people = ["ann"]\nbegins = "2026-03-02 09:00"', ENV, "alerts.rota", 'person = "ann"'),
        (ROTA + 'people = ["bo"]', ENV, "alerts.rota", "begins is needed"),
        (ROTA + 'begins = "monday"', ENV, "alerts.rota.begins", "2026-03-02 09:00"),
        (ROTA + 'shifts = [{ who = "bo", when = "weekends" }]', ENV, SHIFTS, "Sat-Sun"),
        (
            ROTA + 'covers = [{ who = "bo", start = "2026-03-03 09:00", end = "2026-03-02 09:00" }]',
            ENV,
            "alerts.rota.covers.0",
            "end has to come after start",
        ),
        (TEAM + 'quiet = "at night"', ENV, "alerts.channels.team.quiet", "22:00-07:00"),
        (TEAM + 'timezone = "Europe/Berln"', ENV, "alerts.channels.team.timezone", "Europe/Berlin"),
        ("[alerts]\nrepeat = 5", ENV, "alerts.repeat", "with its unit"),
        ("[alerts]\nat_risk = 2", ENV, "alerts.at_risk", "less than 1"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path: Path, text: str, env: dict[str, str], key: str, said: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        loaded(tmp_path, text, env)
    [problem] = caught.value.problems
    assert problem.key == key
    assert said in problem.expected, problem.expected
    assert "s3cret" not in str(caught.value)


def test_the_example_of_the_page_is_what_it_says(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/alerts.md").read_text(encoding="utf-8")
    [example] = re.findall(r"(?s)```toml\n(.*?)```", page)
    env = dict.fromkeys(("PRESSZERO_ALERT_TEAM", "PRESSZERO_ALERT_BO", "ANN_PHONE"), "json://127.0.0.1/x")
    settings = loaded(tmp_path, example, env)
    assert [c.name for c in settings.channels] == ["team", "bo", "ann"]
    rota = settings.alerts.rota_in(ZoneInfo("Europe/Berlin"))

    def first(text: str) -> str:
        return rota.on_call(datetime.fromisoformat(text).replace(tzinfo=UTC))[0]

    assert [first(f"2026-03-{day} 12:00") for day in ("03", "07", "10", "17")] == ["bo", "ann", "ann", "bo"]
    assert first("2026-12-26 12:00") == "bo"
    assert {k.value for k in AlertKind} == set(re.findall(r"(?m)^\| `(\w+)` \|", page))


def test_without_routes_a_p0_goes_to_whoever_is_on_call_and_the_rest_to_everybody(tmp_path: Path) -> None:
    ways = loaded(tmp_path, TEAM + BO).alerts.ways
    assert [(sorted(w.kinds) == ["p0"], w.to) for w in ways] == [
        (True, ("oncall", "team")),
        (False, ("team",)),
    ]
    assert [w.to for w in loaded(tmp_path, BO).alerts.ways] == [("oncall",), ("oncall",)]
