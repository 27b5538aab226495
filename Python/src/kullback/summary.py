"""Placeholder."""


class Summary:
    pass
