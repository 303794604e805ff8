"""Paper accounts: what they hold, and what became of their orders."""
