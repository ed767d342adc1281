"""Personal numbers as pages show them (domain §5): ID 3+11+4, mobile 3+4+4."""


def mask_id(number: str) -> str:
    """``110***********1234``: first three and last four of an 18-character ID number."""
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}" if len(number) >= 8 else "*" * len(number)


def mask_mobile(number: str) -> str:
    """``138****1234``."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 8 else "*" * len(number)
