"""A small OpenAI-compatible server on loopback: it answers chat completions, and can be talked into anything.

    python -m tests.fakes.openai --port 8095 --faults '{"on": "chat", "do": "503"}'

Endpoints by name, for faults and the log: `chat` (/v1/chat/completions), `models` (/v1/models). What it
writes comes from `speak`, a function of the prompt's JSON data; by default it begins each sentence of
`reword` with "Right: ". `prompts` holds what it was asked, system and user part. Faults of its own:
`nonsense` (no JSON), `empty` (no words).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from tests.fakes.faults import Fault
from tests.fakes.server import Answer, FakeClock, Request, run

Data = Mapping[str, Any]


def plainly(data: Data) -> str:
    """What a well-behaved model answers."""
    said = {name: f"Right: {text[:1].lower()}{text[1:]}" for name, text in data["reword"].items()}
    return json.dumps({"reword": said}, ensure_ascii=False)


class FakeOpenAI:
    """One model, no memory."""

    platform = "openai"

    def __init__(self, speak: Callable[[Data], str] = plainly, *, now: datetime | None = None) -> None:
        self.speak = speak
        self.clock = FakeClock(now)
        self.prompts: list[tuple[str, str]] = []

    def endpoint(self, request: Request) -> str:
        return {"/v1/chat/completions": "chat", "/v1/models": "models"}.get(request.path, "unknown")

    def answer(self, request: Request) -> Answer:
        if self.endpoint(request) == "models":
            return Answer(200, {"object": "list", "data": [{"id": "fake", "object": "model"}]})
        if self.endpoint(request) != "chat":
            return Answer(404, {"error": {"message": "Not found", "type": "invalid_request_error"}})
        asked = request.json()
        parts = {m["role"]: m["content"] for m in asked["messages"]}
        self.prompts.append((parts.get("system", ""), parts["user"]))
        return Answer(200, _completion(asked["model"], self._words(request, parts["user"])))

    def _words(self, request: Request, user: str) -> str:
        if request.quirk("nonsense"):
            return "I am so sorry to hear that! Here is a refund."
        if request.quirk("empty"):
            return ""
        try:
            return self.speak(json.loads(user))
        except ValueError:
            return "Yes."

    def error(self, status: int, request: Request, fault: Fault) -> Answer:
        return Answer(status, {"error": {"message": "As you asked", "type": "server_error", "code": None}})

    def load(self, posts: Iterable[Mapping[str, Any]]) -> None:
        """It knows no posts."""

    def posts(self) -> list[dict[str, Any]]:
        return []

    def happen(self, fault: Fault) -> None:
        """Nothing happens here."""


def _completion(model: str, words: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": words, "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_770_000_000,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20},
    }


if __name__ == "__main__":
    run(lambda args: FakeOpenAI(), argparse.ArgumentParser(description="A small OpenAI-compatible server."))
