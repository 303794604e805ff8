"""How fast the service answers, measured from outside: a server apart, on real connections."""
