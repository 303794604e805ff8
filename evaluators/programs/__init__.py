"""Claims over tables and paragraphs, judged by arithmetic: the formula that a claim carries, or the ones that fit.

verify(claim, tables=..., paragraphs=...)   supported, refuted or not enough, with the recomputed value
verify_value(value, unit, formula, evidence)   the same for a number that stands beside the words
"""

from __future__ import annotations

from evaluators.programs.verification import verify, verify_value

__all__ = ["verify", "verify_value"]
