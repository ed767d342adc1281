"""What an action says when it will not do what was asked."""


class Refused(Exception):
    """Not allowed by a rule. ``message`` is the sentence for the user, ``field`` the form field to blame."""

    def __init__(self, message, field: str | None = None):
        super().__init__(str(message))
        self.message = str(message)
        self.field = field
