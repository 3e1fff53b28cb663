"""`python -m tests.integration.api.write_document` writes docs/openapi.json anew."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.integration.api.test_document import COMMITTED, rendered
from tests.integration.web.seed import new_house

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        COMMITTED.write_text(rendered(new_house(Path(folder))), encoding="utf-8")
