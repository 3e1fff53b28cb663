"""config.toml and the environment: what is read, and what is said when something is wrong."""

from __future__ import annotations

import tomllib
from datetime import time, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from monitor.config import Brand, Settings, load
from monitor.config.settings import Sections
from monitor.domain.errors import ConfigInvalid, ConfigProblem, NotFound

ROOT = Path(__file__).parents[2]

BRAND = '[brand]\nname = "Northwind Air"\n'

X_SECRETS = {
    f"PRESSZERO_X_{name}": f"value-of-{name.lower()}"
    for name in ("BEARER_TOKEN", "API_KEY", "API_SECRET", "ACCESS_TOKEN", "ACCESS_SECRET")
}

WITH_X = (
    BRAND
    + """
[accounts.care-x]
platform = "x"
handle = "@NorthwindAir"
env = "PRESSZERO_X"
base_url = "http://127.0.0.1:9999"

[[sources]]
name = "x-mentions"
kind = "x"
account = "care-x"
query = "northwindair"
every = "2m"
budget_per_day = 5.00
"""
)


def write(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def settings(folder: Path, text: str, **env: str) -> Settings:
    return load(write(folder, text), env)


def problems(folder: Path, text: str, **env: str) -> dict[str, ConfigProblem]:
    with pytest.raises(ConfigInvalid) as caught:
        settings(folder, text, **env)
    return {p.key: p for p in caught.value.problems}


# --- what is read ---------------------------------------------------------------------------------


def test_the_configuration_that_ships_works_without_any_environment() -> None:
    found = load(ROOT / "config.toml", {})
    assert found.brand.name == "Northwind Air"
    assert [(s.name, s.kind) for s in found.sources] == [("sample", "archive")]
    assert found.store.url == f"sqlite:///{ROOT / 'presszero.db'}"
    assert found.folder == ROOT


def test_the_sample_brand_speaks_in_its_own_voice() -> None:
    voice = load(ROOT / "config.toml", {}).respond.voice
    assert voice is not None and voice.is_file() and voice.parent.name == "sample"


def test_init_writes_the_same_configuration() -> None:
    example = ROOT / "monitor" / "config" / "example.toml"
    assert example.read_bytes() == (ROOT / "config.toml").read_bytes()


def test_the_commented_examples_are_valid_too(tmp_path: Path) -> None:
    lines = (ROOT / "config.toml").read_text(encoding="utf-8").splitlines()
    code = [
        line.removeprefix("# ") for line in lines if line[:3].strip("# ")[:1] in "[abcdefghijklmnopqrstuvwxyz"
    ]
    text = "\n".join(line for line in code if line.startswith("[") or " = " in line)
    env = {**X_SECRETS, "PRESSZERO_REDDIT_CLIENT_ID": "id", "PRESSZERO_REDDIT_CLIENT_SECRET": "secret"}
    found = settings(tmp_path, text, **env, PRESSZERO_REDDIT_USERNAME="u", PRESSZERO_REDDIT_PASSWORD="p")
    assert {s.kind for s in found.sources} == {"archive", "rss", "x", "reddit"}
    assert found.digest.recipients == ("managers@northwind.example",)


def test_a_brand_name_is_all_that_is_needed(tmp_path: Path) -> None:
    found = settings(tmp_path, BRAND)
    assert found.store.url == f"sqlite:///{tmp_path}/presszero.db"
    assert found.review.undo == timedelta(seconds=15)
    assert found.digest.at == time(7, 30)
    assert found.web.port == 8420
    assert found.sources == ()


def test_secrets_come_from_the_environment_and_show_nowhere(tmp_path: Path) -> None:
    found = settings(tmp_path, WITH_X, **X_SECRETS)
    account = found.accounts["care-x"]
    assert account.secrets["API_KEY"].get_secret_value() == "value-of-api_key"
    assert "value-of" not in repr(found) + str(found) + found.model_dump_json(exclude={"accounts"})


def test_dotenv_beside_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    lines = [f"{name}='a$b-{name}'" for name in X_SECRETS]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    secrets = settings(tmp_path, WITH_X, PRESSZERO_X_API_KEY="from outside").accounts["care-x"].secrets
    assert secrets["API_KEY"].get_secret_value() == "from outside"
    assert secrets["API_SECRET"].get_secret_value() == "a$b-PRESSZERO_X_API_SECRET"


def test_a_source_follows_its_account_to_another_host(tmp_path: Path) -> None:
    assert settings(tmp_path, WITH_X, **X_SECRETS).sources[0].base_url == "http://127.0.0.1:9999"
    own = WITH_X.replace('every = "2m"', 'base_url = "http://127.0.0.1:1"')
    assert settings(tmp_path, own, **X_SECRETS).sources[0].base_url == "http://127.0.0.1:1"


def test_our_handles_are_those_of_the_brand_and_of_the_accounts(tmp_path: Path) -> None:
    text = WITH_X.replace(BRAND, BRAND + 'handles = { x = ["@NWAir", "nwhelp"], reddit = "NorthwindAir" }\n')
    found = settings(tmp_path, text, **X_SECRETS)
    assert found.own_handles("x") == {"nwair", "nwhelp", "northwindair"}
    assert found.own_handles("reddit") == {"northwindair"}
    assert found.own_handles("mastodon") == frozenset()
    assert found.every_handle == {"nwair", "nwhelp", "northwindair"}


def test_relative_paths_start_at_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        BRAND
        + '[respond]\nvoice = "voice.toml"\n[accounts.hand]\nplatform = "x"\noutbox = "out/x.jsonl"\n'
        + '[[sources]]\nname = "a"\nkind = "archive"\npath = "posts.jsonl"\naccount = "hand"\n'
        + '[[sources]]\nname = "b"\nkind = "archive"\npath = "-"\n'
        + '[[sources]]\nname = "c"\nkind = "archive"\npath = "sample:week"\n'
    )
    (tmp_path / "elsewhere").mkdir()
    write(tmp_path, text)
    monkeypatch.chdir(tmp_path / "elsewhere")
    found = load(Path("../config.toml"), {})
    assert found.respond.voice is not None and found.respond.voice.resolve() == tmp_path / "voice.toml"
    paths = [str(getattr(s, "path")) for s in found.sources]  # noqa: B009 (of the archive's own class)
    assert Path(paths[0]).resolve() == tmp_path / "posts.jsonl"
    assert paths[1:] == ["-", "sample:week"]
    assert Path(str(found.accounts["hand"].options["outbox"])).resolve() == tmp_path / "out" / "x.jsonl"


def test_the_environment_may_set_any_plain_key(tmp_path: Path) -> None:
    url = "postgresql://me:word@db.example/presszero"
    found = settings(
        tmp_path,
        BRAND + "[web]\nport = 1\n",
        PRESSZERO_WEB__PORT="9000",
        PRESSZERO_STORE__URL=url,
        PRESSZERO_REVIEW__UNDO="1m",
        PRESSZERO_BRAND__ALIASES='["nw"]',
    )
    assert (found.web.port, found.store.url, found.review.undo) == (9000, url, timedelta(minutes=1))
    assert found.brand.aliases == ("nw",)
    assert found.store.shown == "postgresql://db.example/presszero"


def test_settings_can_not_be_changed(tmp_path: Path) -> None:
    found = settings(tmp_path, BRAND)
    with pytest.raises(ValidationError):
        found.brand.name = "Other"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        found.web = found.web  # type: ignore[misc]


def test_a_source_is_found_by_name(tmp_path: Path) -> None:
    found = settings(tmp_path, WITH_X, **X_SECRETS)
    assert found.source("x-mentions").kind == "x"
    with pytest.raises(NotFound) as caught:
        found.source("x-mention")
    assert "x-mentions" in str(caught.value)


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xef\xbb\xbf" + BRAND.encode())
    assert load(file, {}).brand.name == "Northwind Air"


# --- what is wrong ----------------------------------------------------------------------------------


def test_everything_that_is_wrong_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    text = """[brand]
nam = "Northwind Air"
timezone = "Europe/Berln"
business_hours = "always open"

[revew]
undo = "15s"

[review]
undo = "15 apples"
unndo = "15s"

[web]
port = "http"

[accounts.care-x]
platform = "x"
env = "PRESSZERO_X"
base_ur = "https://x.example"

[[sources]]
name = "x-mentions"
kind = "x"
account = "care-x"
query = "a"
every = "2 minits"

[[sources]]
name = "x-mentions"
kind = "archiv"

[[sources]]
kind = "archive"
path = "posts.jsonl"
account = "cre-x"
quer = "a"
every = 120
"""
    found = problems(tmp_path, text)
    said = {key: (p.file.rpartition("config.toml")[2], p.expected) for key, p in found.items()}
    assert said["brand.name"][1].startswith("this key is needed")
    assert said["brand.nam"] == (":2", "did you mean `name`?")
    assert said["brand.timezone"][0] == ":3" and "did you mean Europe/Berlin?" in said["brand.timezone"][1]
    assert (
        said["brand.business_hours"][0] == ":4" and "Mon-Fri 09:00-18:00" in said["brand.business_hours"][1]
    )
    assert said["[revew]"] == (":6", "did you mean `review`?")
    assert said["review.undo"][0] == ":10" and "15s" not in said["review.undo"][1]
    assert said["review.unndo"] == (":11", "did you mean `undo`?")
    assert said["web.port"][1].startswith("write a whole number")
    assert said["accounts.care-x.base_ur"] == (":19", "did you mean `base_url`?")
    assert said['sources "x-mentions".every'][0] == ":26"
    assert said['sources "x-mentions".name'][0] == ":29"
    assert said['sources "x-mentions".kind'] == (":30", "did you mean `archive`?")
    assert said["sources[3].account"] == (":35", "did you mean `care-x`?")
    assert said["sources[3].every"][1].startswith('write a duration with its unit, such as "120s"')
    assert said["sources[3].name"][1].startswith("this key is needed")
    assert "quer" in str(found["sources[3].quer"])
    assert {f"PRESSZERO_X_{n}" for n in ("BEARER_TOKEN",)} <= said.keys()


def test_the_report_is_one_message_with_a_code_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        settings(tmp_path, "[brand]\n[wb]\n")
    text = str(caught.value)
    assert text.startswith("PZ-101: 2 problems")
    assert "config.toml:2: [wb]" in text and "Mend the keys" in text


def test_a_missing_secret_names_the_variable_and_where_it_goes(tmp_path: Path) -> None:
    env = {k: v for k, v in X_SECRETS.items() if k != "PRESSZERO_X_BEARER_TOKEN"}
    found = problems(tmp_path, WITH_X, **env)
    problem = found["PRESSZERO_X_BEARER_TOKEN"]
    assert problem.found == "nothing" and str(tmp_path / ".env") in problem.expected
    empty = problems(tmp_path, WITH_X, **env, PRESSZERO_X_BEARER_TOKEN="")
    assert empty["PRESSZERO_X_BEARER_TOKEN"].found == "an empty value"


def test_a_source_that_is_switched_off_needs_no_secrets(tmp_path: Path) -> None:
    found = settings(tmp_path, WITH_X + "enabled = false\n")
    assert [s.name for s in found.sources] == ["x-mentions"] and found.sources_on == ()


def test_a_source_watches_for_a_brand_that_is_named(tmp_path: Path) -> None:
    brand = '[brand]\nname = "Air"\nothers = ["Cargo", "Rail"]\n'
    feed = '[[sources]]\nname = "{}"\nkind = "rss"\nfeed = "https://a.example/f"\n'
    made = settings(tmp_path, brand + feed.format("one") + feed.format("two") + 'brand = "Cargo"\n')
    assert made.brand.every == ("Air", "Cargo", "Rail")
    assert [made.brand_of(s) for s in made.sources] == ["Air", "Cargo"]
    found = problems(tmp_path, brand + feed.format("one") + 'brand = "Crago"\n')
    assert "did you mean `Cargo`?" in found["sources[1].brand"].expected
    assert found["sources[1].brand"].file.endswith(":8")
    for others in ('["Air"]', '["Cargo", "Cargo"]', '["*"]', '[""]', '[" Rail"]'):
        bad = f'[brand]\nname = "Air"\nothers = {others}\n'
        assert "name each other brand once" in problems(tmp_path, bad)["brand.others"].expected


OIDC = (
    '[web]\npublic_url = "https://inbox.example"\n[oidc]\nissuer = "https://id.example"\n'
    'client_id = "inbox"\nroles = { care = "agent" }\n'
)


def test_a_provider_needs_all_that_its_flow_needs(tmp_path: Path) -> None:
    key = {"PRESSZERO_SECRET_KEY": "k" * 44}
    made = settings(tmp_path, BRAND + OIDC, **key)
    assert (made.oidc.client_id, made.oidc.roles) == ("inbox", {"care": "agent"})
    bare = set(problems(tmp_path, BRAND + '[oidc]\nissuer = "https://id.example"\n'))
    assert bare == {"oidc.client_id", "oidc.roles", "web.public_url", "oidc.issuer"}
    for issuer in ("http://id.example", "id.example", "https://"):
        bad = OIDC.replace("https://id.example", issuer)
        assert "https:// address" in problems(tmp_path, BRAND + bad, **key)["oidc.issuer"].expected
    assert settings(
        tmp_path, BRAND + OIDC.replace("https://id.example", "http://localhost:9"), **key
    ).oidc.issuer
    bad = OIDC + 'brands = { x = "Nobody" }\nscopes = ["email"]\n'
    assert set(problems(tmp_path, BRAND + bad, **key)) == {"oidc.scopes"}
    bad = OIDC + 'brands = { x = "Nobody" }\n'
    assert set(problems(tmp_path, BRAND + bad, **key)) == {"oidc.brands"}


def test_second_factors_need_a_key_to_be_kept_with(tmp_path: Path) -> None:
    text = BRAND + '[access]\nsecond_factor = ["approver"]\nidle = "1h"\n'
    found = problems(tmp_path, text)["access.second_factor"]
    assert "PRESSZERO_SECRET_KEY" in found.expected
    made = settings(tmp_path, text, PRESSZERO_SECRET_KEY="k" * 44)
    assert made.access.second_factor == ("approver",)
    bad = problems(tmp_path, text.replace("approver", "queen").replace("1h", "0s"))
    assert {"access.second_factor.0", "access.idle"} <= set(bad)


@pytest.mark.parametrize("key", ["api_key", "bearer_token", "password", "CLIENT_SECRET"])
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path, key: str) -> None:
    text = BRAND + f'[accounts.care-x]\nplatform = "x"\n{key} = "hunter2hunter2"\n'
    found = problems(tmp_path, text)
    problem = found[f"accounts.care-x.{key}"]
    assert f"PRESSZERO_CARE_X_{key.upper()}" in problem.expected
    assert "hunter2" not in str(problem)


def test_a_password_in_the_store_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    found = problems(tmp_path, BRAND + '[store]\nurl = "postgresql://me:hunter2@db.example/p"\n')
    assert "PRESSZERO_STORE__URL" in found["store.url"].expected
    assert "hunter2" not in str(found["store.url"])


@pytest.mark.parametrize("url", ["presszero.db", "mysql://db.example/p", "sqlite:///", ""])
def test_a_store_that_is_none_of_ours_is_refused(tmp_path: Path, url: str) -> None:
    assert "sqlite:///FILE" in problems(tmp_path, BRAND + f'[store]\nurl = "{url}"\n')["store.url"].expected


def test_a_wrong_value_from_the_environment_blames_the_environment(tmp_path: Path) -> None:
    problem = problems(tmp_path, BRAND, PRESSZERO_WEB__PORT="http")["PRESSZERO_WEB__PORT"]
    assert problem.file == "environment" and problem.found == '"http"'
    assert "environment" in next(iter(problems(tmp_path, BRAND, PRESSZERO_BRAND__ALIASES="[").values())).file


def test_an_account_must_be_on_the_platform_of_its_source(tmp_path: Path) -> None:
    text = WITH_X.replace('platform = "x"', 'platform = "reddit"')
    found = problems(tmp_path, text, **X_SECRETS)
    assert "needs one on x" in found['sources "x-mentions".account'].expected


def test_an_account_that_nobody_wrote_is_named(tmp_path: Path) -> None:
    text = BRAND + '[[sources]]\nname = "a"\nkind = "archive"\npath = "p"\naccount = "care"\n'
    assert "[accounts.care]" in problems(tmp_path, text)['sources "a".account'].expected


def test_sources_written_as_one_table_are_explained(tmp_path: Path) -> None:
    assert "[[sources]]" in problems(tmp_path, BRAND + '[sources]\nname = "a"\n')["sources"].expected


def test_text_that_is_not_toml_is_named_with_its_line(tmp_path: Path) -> None:
    found = problems(tmp_path, BRAND + "[web]\nport = = 3\n")
    assert found["the file"].file.endswith("config.toml:4")


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load(tmp_path / "none.toml", {})
    assert "presszero init" in str(caught.value)


def test_a_file_in_another_encoding_or_a_folder_is_refused(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes('[brand]\nname = "Käse"\n'.encode("latin-1"))
    for path in (latin, tmp_path):
        with pytest.raises(ConfigInvalid):
            load(path, {})


def _keys() -> list[tuple[str, str]]:
    found = []
    for table, field in Sections.model_fields.items():
        model = field.annotation
        assert isinstance(model, type) and issubclass(model, BaseModel)
        found += [(table, key) for key in model.model_fields]
    return found


ODD = [
    "0",
    "-1",
    "1.5",
    "true",
    '""',
    '"\\u202e\\n"',
    "[]",
    "[[]]",
    '["x", 1]',
    "{}",
    "{ a = 1 }",
    "07:30:00",
    "2026-01-01",
]


@pytest.mark.parametrize(("table", "key"), _keys())
def test_no_value_whatever_its_type_ends_in_anything_but_a_clear_problem(
    tmp_path: Path, table: str, key: str
) -> None:
    for value in ODD:
        name = "" if (table, key) == ("brand", "name") else '[brand]\nname = "N"\n'
        header = f"[{table}]\n" if not (name and table == "brand") else ""
        text = f"{name}{header}{key} = {value}\n"
        tomllib.loads(text)
        try:
            settings(tmp_path, text)
        except ConfigInvalid as error:
            assert [p.key for p in error.problems] != [], value
            assert all(p.found and p.expected and "\n" not in p.found for p in error.problems), error


def test_every_setting_says_what_it_is() -> None:
    for table, field in Sections.model_fields.items():
        model = field.annotation
        assert isinstance(model, type) and issubclass(model, BaseModel)
        for key, one in model.model_fields.items():
            assert one.description, f"{table}.{key}"
    assert Brand.model_config.get("frozen")


def test_a_lease_that_ends_during_a_call_is_a_mistake(tmp_path: Path) -> None:
    text = """
    [brand]
    name = "N"
    [publish]
    lease = "30s"
    [accounts.care]
    platform = "mastodon"
    base_url = "https://m.example"
    [[sources]]
    name = "m"
    kind = "mastodon"
    account = "care"
    timeout = "45s"
    """
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigInvalid) as caught:
        load(tmp_path / "config.toml", {"PRESSZERO_CARE_ACCESS_TOKEN": "x"})
    (problem,) = caught.value.problems
    assert (problem.key, problem.found) == ("publish.lease", "30 s")
    assert problem.expected == 'write more than the timeout of source "m", 45 s'


@pytest.mark.parametrize("looks", ["[]", '["5m", "1m"]', '["1m", "1m"]'])
def test_looks_come_in_order(tmp_path: Path, looks: str) -> None:
    with pytest.raises(ConfigInvalid, match="rising durations"):
        settings(tmp_path, f'[brand]\nname = "N"\n[publish]\nlooks = {looks}\n')


def test_of_an_unknown_kind_everything_else_is_checked_all_the_same(tmp_path: Path) -> None:
    bad = '[[sources]]\nname = "A b"\nkind = "twitter"\nquery = "air"\nevery = "2 moons"\n'
    found = problems(tmp_path, BRAND + bad)
    assert {key.rpartition(".")[2] for key in found} == {"name", "kind", "every"}
    assert found['sources "A b".kind'].expected == "did you mean `x`?"
    assert "a unique name" in found['sources "A b".name'].expected


def test_what_does_not_go_together_is_said_without_the_whole_table(tmp_path: Path) -> None:
    found = problems(tmp_path, BRAND + '[[sources]]\nname = "x"\nkind = "x"\n')
    assert found['sources "x"'].found == "this table"
    assert "mode recent needs a query" in found['sources "x"'].expected
