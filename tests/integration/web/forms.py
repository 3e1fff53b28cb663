"""Reads the forms out of a page, as a browser would fill them in."""

from __future__ import annotations

from html.parser import HTMLParser


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.actions: list[str] = []
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        if tag == "form":
            self.found.append({})
            self.actions.append(given.get("action", ""))
        elif self.found and tag == "input" and "name" in given:
            self.found[-1][given["name"]] = given.get("value", "")
        elif self.found and tag == "textarea":
            self._area = given["name"]
            self.found[-1][self._area] = ""
        elif self.found and tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select:
            fields, value = self.found[-1], given.get("value", "")
            fields[self._select] = value if "selected" in given else fields.get(self._select, value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[-1][self._area] += data


def form(html: str, action: str) -> dict[str, str]:
    """The fields of the first form that goes to `action`."""
    parser = _Forms()
    parser.feed(html)
    for where, fields in zip(parser.actions, parser.found, strict=True):
        if where == action:
            if "text" in fields:
                fields["text"] = fields["text"].lstrip("\n")
            return fields
    raise AssertionError(f"no form goes to {action}; there are {sorted(set(parser.actions))}")


def reply(html: str, case_id: int, **changes: str) -> dict[str, str]:
    """The editor of a case, as shown, with what a person changed in it."""
    return form(html, f"/cases/{case_id}/save") | changes
