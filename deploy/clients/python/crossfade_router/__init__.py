"""The routing rule, see rules.py."""
