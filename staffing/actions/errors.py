"""What an action says when the facts do not allow it: the kernel's exception, under the name this app uses."""

from portal.actions.errors import Refused

__all__ = ["Refused"]
