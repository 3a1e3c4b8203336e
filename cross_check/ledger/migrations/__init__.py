"""Migrations of the ledger; Alembic runs them when a ledger is opened."""
