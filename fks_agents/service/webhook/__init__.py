"""Alerts from outside: proven, read strictly, and put to the desk as proposals."""
