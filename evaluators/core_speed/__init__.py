"""How fast the execution core is, as ratios measured in one run: against a C loop compiled on the spot, and peers."""
