"""What the pages show, as values: worked out here without a browser, drawn in `fks_agents.service.pages`."""
