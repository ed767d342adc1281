"""What a candidate does: enter, save, show to be there, hand in, go on at another device.

Nothing here, nor anything it imports, can reach a right answer (an import contract).
"""

from exams.actions.taking.common import Saved, Stopped, Unknown
from exams.actions.taking.entering import start, take_over
from exams.actions.taking.handing_in import hand_in
from exams.actions.taking.saving import pulse, save

__all__ = ["Saved", "Stopped", "Unknown", "hand_in", "pulse", "save", "start", "take_over"]
