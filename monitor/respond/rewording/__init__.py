"""Rewording by a language model, optional: it may say the composed draft differently, and nothing else.

Only sentences that bind nobody are given to the model (naming the matter, thanking, owning it, the
sign-off). Promises, answers, links, names and the way to a person stay word for word, put together by us. The
post reaches the model as quoted data with private data masked; what comes back may hold the draft's own words
and plain courtesy, no others (`check`), and goes through the lint. Else the composed draft stands.
"""

from monitor.respond.rewording.check import objections
from monitor.respond.rewording.model import LanguageModel, ModelFailed, Writer
from monitor.respond.rewording.prompt import Prompt, prompt_for
from monitor.respond.rewording.rewriter import Rewriter

__all__ = ["LanguageModel", "ModelFailed", "Prompt", "Rewriter", "Writer", "objections", "prompt_for"]
