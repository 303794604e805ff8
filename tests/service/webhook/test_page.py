"""The page on webhooks: its template is an alert once TradingView has filled it, and its table is the whole of one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fks_agents.service.webhook.alert import Alert
from fks_agents.service.webhook.reading import PROOF
from tests.service.webhook.conftest import PATH, TOKEN, Sender

PAGE = (Path(__file__).parents[3] / "docs" / "webhook.md").read_text("utf-8")
TEMPLATE = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL).group(1)  # type: ignore[union-attr]
FILLED = {
    "{{ticker}}": "SPX", "{{exchange}}": "SP", "{{interval}}": "1D", "{{close}}": "2506.85",
    "{{timenow}}": "2026-01-02T15:00:00Z",
}  # fmt: skip


def filled() -> str:
    text = TEMPLATE
    for hole, value in FILLED.items():
        text = text.replace(hole, value)
    assert "{{" not in text
    return text


def test_the_template_once_filled_is_an_alert(sender: Sender) -> None:
    text = filled().replace("YOUR-TOKEN", TOKEN)
    accepted = sender.post(text)
    assert accepted.status_code == 202, accepted.text
    assert sender.cycle(accepted.json()["id"]).status == "working"
    in_path = {name: value for name, value in json.loads(filled()).items() if name != PROOF}
    assert sender.post(json.dumps(in_path), f"{PATH}/{TOKEN}").json() == accepted.json()


def test_with_the_template_s_own_token_nobody_comes_in(sender: Sender) -> None:
    assert sender.post(filled()).status_code == 403


@pytest.mark.parametrize("field", [*Alert.model_fields, PROOF])
def test_every_field_is_in_the_table(field: str) -> None:
    assert f"| `{field}` |" in PAGE
