"""A model that plays every role with true claims copied from the table it is shown, and trades."""

from __future__ import annotations

import json
import re

from fks_agents.deps import Call

_ROW = re.compile(r"^(F\d+) \| (\w+) \| (-?[\d.]+) (\w+) \|", re.MULTILINE)


def honest(call: Call, *, action: str = "buy") -> str:
    """The first numeric fact of the prompt's table as a claim, in the answer shape of `call.role`."""
    found = _ROW.search(call.messages[1].text)
    claims = []
    if found is not None:
        fact_id, name, value, unit = found.groups()
        said = {"text": f"{name} is {value}", "value": float(value), "unit": unit, "fact_ids": [fact_id]}
        claims = [{**said, "formula": None, "direction": "bullish"}]
    return json.dumps({"claims": claims, **_rest(call, action, bool(claims))})


def _rest(call: Call, action: str, has_claims: bool) -> dict[str, object]:
    fields = set(call.answer_schema.get("required", ()))  # type: ignore[arg-type]
    if "stance" in fields:
        return {
            "stance": 0.5 if has_claims else 0.0,
            "conviction": 0.8 if has_claims else 0.0,
        }
    if "rebuts" in fields:
        return {"rebuts": []}
    if "action" in fields:
        return {"action": action, "conviction": 0.9, "reason": "the evidence is on one side"}
    return {"take": True, "conviction": 0.9, "reason": "it fits the profile"}
