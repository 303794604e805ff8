"""Notices: what happened is read off the ledger, written down once, and sent to every address that is set up.

Nothing here takes part in a decision: it only reads what decisions left behind, so it can neither hold one up nor break
it, and what a killed process did not tell is told after the next start.
"""
