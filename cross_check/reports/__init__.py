"""Rim: what goes out on paper."""
