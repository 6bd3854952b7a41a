"""How wide a text is."""

from unicodedata import east_asian_width


def width(text: str) -> int:
    """Columns that the text takes in a mail reader: East Asian Width W, F and A take two (UAX #11)."""
    return sum(2 if east_asian_width(char) in "WFA" else 1 for char in text)
