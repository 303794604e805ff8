"""Files of claims over tables, as two public question sets lay them out: read whole, or refused by name."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from evaluators.meta import datasets
from fks_agents.errors import DataError, UsageError

CLAIM: dict[str, Any] = {
    "id": "q-1-T",
    "source": "made up",
    "question": "What is the change in Other in 2019 from 2018?",
    "claim": "Question: What is the change in Other in 2019 from 2018? Claimed answer: -12.6 million.",
    "derivation": "44.1-56.7",
    "context_id": "c1",
    "label": "supported",
    "perturbation": "none",
    "history": "Q: what was other in 2019? A: 44.1\nQ: and in 2018? A: 56.7\n",
}
WRONG = {**CLAIM, "id": "q-1-F", "label": "refuted", "perturbation": "sign_flip"}
REPORT = {
    "context_id": "c1",
    "table": [["", "2019", "2018"], ["Other", "44.1", "56.7"]],
    "paragraphs": ["In millions."],
}
PAGE = {
    "context_id": "c1",
    "pre_text": "marathon 2019s stock .",
    "post_text": "",
    "table": {"2019": {"other": 44.1, "discount rate": -27.0}, "2018": {"other": 56.7, "discount rate": -28.0}},
}


def written(folder: Path, name: str, context: dict[str, Any], *claims: dict[str, Any]) -> Path:
    for part, rows in (("numeric_claims", claims), ("contexts", (context,))):
        text = "\n".join(json.dumps(row) for row in rows)
        (folder / f"{name}_dev_{part}.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    return folder


def test_claims_over_a_report_bring_table_text_and_formula(tmp_path: Path) -> None:
    right, wrong = datasets.load(f"tatqa:{written(tmp_path, 'tatqa', REPORT, CLAIM, WRONG)}")
    assert (right.claim, right.formula, right.label, right.kind) == ("-12.6 million.", "44.1-56.7", "supported", "")
    assert (right.tables[0].rows[1], right.paragraphs) == (("Other", "44.1", "56.7"), ("In millions.",))
    assert (wrong.label, wrong.kind, wrong.context) == ("refuted", "sign_flip", "c1")


def test_bare_claims_bring_no_formula(tmp_path: Path) -> None:
    (bare,) = datasets.load(f"tatqa:{written(tmp_path, 'tatqa', REPORT, CLAIM)}", carrying=False)
    assert bare.formula is None


def test_a_conversation_keeps_its_turns_and_a_rate_its_sign(tmp_path: Path) -> None:
    (found,) = datasets.load(f"convfinqa:{written(tmp_path, 'convfinqa', PAGE, CLAIM)}")
    assert [(turn.question, turn.answer) for turn in found.history] == [
        ("what was other in 2019?", "44.1"),
        ("and in 2018?", "56.7"),
    ]
    # `27% ( 27 % )` became -27 when that set was made.
    assert found.tables[0].rows == (("", "2019", "2018"), ("other", "44.1", "56.7"), ("discount rate", "27%", "28%"))
    assert found.paragraphs == ("marathon's stock .",)


def test_the_file_itself_may_be_named(tmp_path: Path) -> None:
    folder = written(tmp_path, "tatqa", REPORT, CLAIM)
    assert len(datasets.load(f"tatqa:{folder / 'tatqa_dev_numeric_claims.jsonl.gz'}")) == 1


@pytest.mark.parametrize("spec", ["tatqa", "convfinqa:"])
def test_a_set_without_a_path_is_refused(spec: str) -> None:
    with pytest.raises(UsageError, match="PATH of a folder"):
        datasets.load(spec)


def test_an_empty_folder_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected a file tatqa_\*numeric_claims"):
        datasets.load(f"tatqa:{tmp_path}")


def test_a_claim_of_no_known_context_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, "tatqa", REPORT, {**CLAIM, "context_id": "c2"})
    with pytest.raises(DataError, match="names no known context"):
        datasets.load(f"tatqa:{folder}")
