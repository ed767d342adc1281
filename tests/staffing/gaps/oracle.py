"""Where one person stands, straight from the tables: what the arrays of the figures are held against."""

from datetime import date

from staffing.models import Leave, Membership, Posting
from staffing.models.postings import Layer
from staffing.queries.standing import Standing


def standing_of(person_id: int, day: date) -> Standing | None:
    """Standing on ``day``; None for whoever is not on record then."""
    membership = Membership.objects.on(day).filter(person=person_id).select_related("unit").first()
    if membership is None:
        return None
    postings = Posting.objects.on(day).filter(person=person_id).select_related("to_unit", "from_unit")
    layers = {posting.layer: posting for posting in postings}
    return Standing(
        person_id,
        membership,
        layers.get(Layer.DEPLOYED),
        layers.get(Layer.AWAY),
        Leave.objects.on(day).filter(person=person_id).first(),
    )
