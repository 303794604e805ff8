"""Assembly: the graphs, and the desk that runs them."""
