"""Where a person can get help for somebody who speaks of harming themselves, on each platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# A directory of helplines by country, to be named in the person's own words if they fit.
HELPLINES: Final = "https://findahelpline.com"


@dataclass(frozen=True, slots=True)
class Report:
    """How to tell the platform's own team. `url` None: it is done on the post itself."""

    how: str
    url: str | None = None


_REPORTS: Final = {
    # X's form "Report self-harm" (help.x.com, Safety and sensitive content).
    "x": Report(
        "Tell X's team: they write to the person and offer help.",
        "https://help.x.com/en/forms/safety-and-sensitive-content/self-harm",
    ),
    # Reddit help: "How do I report someone considering suicide or self-harm?"
    "reddit": Report("On the post: Report, then “Someone is considering suicide or serious self-harm”."),
    "bluesky": Report("On the post: Report post, then “Self-harm”."),
    "mastodon": Report("On the post: Report, and pass it on to the moderators of their server."),
}
_ELSEWHERE: Final = Report("Use the platform's own way to report somebody in danger.")


def report_of(platform: str) -> Report:
    """The way on that platform."""
    return _REPORTS.get(platform, _ELSEWHERE)
