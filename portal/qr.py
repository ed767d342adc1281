"""QR codes for printed pages: a picture written into the page itself, so that nothing is fetched."""

import segno


def png_uri(text: str, *, scale: int = 8) -> str:
    """``text`` as a ``data:`` address of a black and white PNG without margin (the page must leave four modules).

    The mask is fixed: readers take any, and weighing all eight for every code takes longer than all the rest.
    """
    return segno.make(text, error="m", micro=False, mask=2).png_data_uri(scale=scale, border=0)
