"""Schemathesis against the real server over a seeded database: no 5xx, no answer that is not declared."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.domain.rota import Rota
from monitor.stages.alerting import Watch, notice
from monitor.stages.tokens import Scope
from tests.integration.api.serve import Served, served, token_for
from tests.integration.web.day import Made
from tests.integration.web.seed import House

PROGRAM = Path(sys.executable).with_name("schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")


def attack(api: Served, token: str, folder: Path, *options: str) -> str:
    """Runs Schemathesis; fails with what it found. Returns its summary."""
    command = [PROGRAM, "--config-file", CONFIG, "run", f"{api.address}/openapi.json", "--url", api.address]
    command += ["-H", f"Authorization: Bearer {token}", "--no-color", "--warnings", "off", *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    # A body that it tried may be 100 KB long; what matters stands before and after it.
    lines = [
        f"{line[:600]} … {line[-200:]}" if len(line) > 900 else line for line in done.stdout.splitlines()
    ]
    assert done.returncode == 0, "\n".join(lines)[-9000:] + done.stderr[-2000:]
    return done.stdout[done.stdout.rfind("SUMMARY") :]


def alerted(house: House) -> None:
    """What the day holds becomes alerts, so that there are some to acknowledge."""
    watch = Watch(rota=Rota(ZoneInfo("UTC")), started=house.clock.now())
    assert notice(house.store, watch, house.clock).raised > 0


def test_it_finds_nothing_in_half_a_minute(house: House, day: Made, tmp_path: Path) -> None:
    alerted(house)
    with served(house, api_per_minute=100_000) as api:
        token = token_for(house, "admin")
        # The token would end itself half-way.
        attack(
            api, token, tmp_path, "--exclude-path", "/tokens/{token_id}", "--max-examples", "2", "--seed", "1"
        )
        with house.store.read() as session:
            session.audit.verify()


def test_it_finds_nothing_in_ending_tokens(house: House, tmp_path: Path) -> None:
    with served(house, api_per_minute=100_000) as api:
        token = token_for(house, "admin", (Scope.READ,))
        attack(
            api,
            token,
            tmp_path,
            "--include-path",
            "/tokens/{token_id}",
            "--max-examples",
            "5",
            "--phases",
            "fuzzing",
        )


@pytest.mark.fuzz
def test_it_finds_nothing_however_long_it_looks(house: House, day: Made, tmp_path: Path) -> None:
    alerted(house)
    seconds = os.environ.get("FUZZ_SECONDS", "600")
    with served(house, api_per_minute=100_000) as api:
        token = token_for(house, "admin")
        said = attack(api, token, tmp_path, "--exclude-path", "/tokens/{token_id}", "--max-time", seconds)
        print(said)
        with house.store.read() as session:
            print(f"{session.audit.verify()} audit records, intact")
