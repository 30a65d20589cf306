"""Engines, clients, the mapping rules, comparison and the service as a process."""
