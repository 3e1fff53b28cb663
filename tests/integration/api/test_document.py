"""The OpenAPI document: valid, committed, and complete about what every route may answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from monitor.web.api.app import ROUTES, create_api
from tests.integration.web.seed import House

COMMITTED = Path(__file__).parents[3] / "docs/openapi.json"
METHODS = ("get", "post", "put", "delete")


def rendered(house: House) -> str:
    document = create_api(house.services()).openapi()
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


@pytest.fixture
def document(house: House) -> dict[str, Any]:
    return json.loads(rendered(house))  # type: ignore[no-any-return]


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, m, item[m]) for path, item in document["paths"].items() for m in METHODS if m in item]


def test_it_is_valid(document: dict[str, Any]) -> None:
    validate(document)


def test_the_committed_one_is_the_served_one(house: House) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == rendered(house), (
        "out of date: `python -m tests.integration.api.write_document` writes it anew"
    )


def test_it_holds_every_route_under_a_name_of_its_own(document: dict[str, Any]) -> None:
    found = {(path, method) for path, method, _ in operations(document)}
    assert found == {(r.path, m.lower()) for r in ROUTES for m in r.methods}
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)


def test_every_route_declares_all_its_answers(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        answers, where = operation["responses"], f"{method} {path}"
        assert any(status.startswith("2") for status in answers), where
        needed = {"401", "403", "422", "429", "503"}
        if "requestBody" in operation:
            needed |= {"400", "413", "415"}
        if method == "get":
            needed |= {"304"}
        if method == "post":
            needed |= {"409"}
        if any(p["in"] == "path" and p["name"] != "day" for p in operation.get("parameters", ())):
            needed |= {"404"}
        assert needed <= answers.keys(), (where, needed - answers.keys())
        for status, told in answers.items():
            if status.startswith(("4", "5")):
                assert list(told["content"]) == ["application/problem+json"], (where, status)
            elif status != "304":
                assert list(told["content"]) == ["application/json"], (where, status)
        assert operation["security"][0]["token"], where
        assert operation["description"], where


def test_every_post_takes_a_key_and_every_listing_a_cursor(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        names = {p["name"] for p in operation.get("parameters", ())}
        assert ("Idempotency-Key" in names) is (method == "post"), path
        schema = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
        page = schema.get("schema", {}).get("$ref", "").endswith("Page")
        assert ({"cursor", "limit"} <= names) is page, path
