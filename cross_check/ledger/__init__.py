"""The ledger: every decision as an event, chained by SHA-256, and the present state that follows from them."""
