"""The language model, through the `llm` library: any hosted or local one. Installed with `presszero[llm]`."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from datetime import timedelta
from typing import Any, Protocol

from pydantic import SecretStr

from monitor.respond.rewording.prompt import Prompt


class ModelFailed(Exception):
    """No usable answer: why, in words for people."""


class Writer(Protocol):
    """Whoever answers prompts."""

    @property
    def name(self) -> str:
        """What is shown beside what it wrote."""
        ...

    def write(self, prompt: Prompt) -> str:
        """The answer as it came. Raises ModelFailed."""
        ...


class LanguageModel:
    """A model of the `llm` library by its name there, or one behind an OpenAI-compatible `base_url`.

    `timeout` is for the whole answer; an answer that comes later is thrown away. Nothing is tried twice.
    """

    def __init__(self, name: str, *, base_url: str | None, key: SecretStr | None, timeout: timedelta) -> None:
        self._name = name
        self._timeout = timeout.total_seconds()
        self._key = key
        self._model = _served(name, base_url, self._timeout) if base_url else _known(name)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="llm")

    @property
    def name(self) -> str:
        """As configured."""
        return self._name

    def write(self, prompt: Prompt) -> str:
        """The answer as it came. Raises ModelFailed."""
        answer: Future[str] = self._threads.submit(self._asked, prompt)
        try:
            return answer.result(self._timeout)
        except Late as error:
            answer.cancel()
            raise ModelFailed(f"no answer within {self._timeout:.0f} s") from error
        except Exception as error:
            # Every library behind `llm` has errors of its own; none of them may stop a draft.
            raise ModelFailed(f"{type(error).__name__}: {str(error)[:200]}") from error

    def _asked(self, prompt: Prompt) -> str:
        given: dict[str, Any] = {"system": prompt.system, "stream": False}
        if self._key is not None:
            given["key"] = self._key.get_secret_value()
        return str(self._model.prompt(prompt.user, **given).text())


def _known(name: str) -> Any:
    try:
        import llm  # noqa: PLC0415  # an extra

        return llm.get_model(name)
    except ImportError as error:
        raise ModelFailed("the extra is not installed: pip install 'presszero[llm]'") from error
    except Exception as error:
        raise ModelFailed(f"the llm library knows no model {name!r}; `llm models` lists them") from error


def _served(name: str, base_url: str, seconds: float) -> Any:
    try:
        from llm.default_plugins.openai_models import Chat  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise ModelFailed("the extra is not installed: pip install 'presszero[llm]'") from error

    class Served(Chat):  # type: ignore[misc]
        """One request, within the time given."""

        needs_key = None

        def get_client(self, key: str | None, *, async_: bool = False) -> Any:
            client = super().get_client(key, async_=async_)
            found = key or "none"
            # The library makes a client for every prompt: its connection ends with the answer.
            once = {"Connection": "close"}
            return client.with_options(timeout=seconds, max_retries=0, api_key=found, default_headers=once)

    return Served(model_id=name, model_name=name, api_base=base_url)
