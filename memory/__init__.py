"""What is kept between runs: the ledger (SQL, the record) and lessons with the time they were learned."""
