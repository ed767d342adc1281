"""What ``rotate_keys`` encrypts again besides columns: stored files, undo journals, numbers typed for a row."""

from __future__ import annotations

import logging

from django.db import transaction

from portal import crypto, ops
from portal.ops import Rotated
from staffing import files
from staffing.models import ImportChange, RosterImport
from staffing.queries import rosters_plan

log = logging.getLogger(__name__)

# Names under which the JSON of imports holds an encrypted value.
SEALED = ("id_number", "mobile", "sealed")


@ops.reseals
def reseal(batch: int) -> Rotated:
    """Everything that staffing keeps sealed outside of encrypted columns."""
    return _files() + _journals(batch) + _decisions()


def _files() -> Rotated:
    done = Rotated()
    files.forget_unfinished()
    for name in files.stored():
        try:
            if files.key_of(name) not in ("", crypto.newest_key()):
                done += Rotated(changed=int(files.seal_again(name)))
        except FileNotFoundError:
            continue  # Removed since it was listed.
        except (crypto.UnknownKeyError, ValueError) as error:
            log.warning("%s cannot be encrypted again: %s", name, type(error).__name__)
            done += Rotated(unreadable=1)
    return done


def _again(value):
    """(the JSON value with its encrypted parts under the newest key, what was done)."""
    if isinstance(value, list):
        pairs = [_again(item) for item in value]
        return [new for new, _done in pairs], sum((done for _new, done in pairs), Rotated())
    if not isinstance(value, dict):
        return value, Rotated()
    out, total = {}, Rotated()
    for name, item in value.items():
        if name in SEALED and isinstance(item, str) and ":" in item:
            out[name], done = _renewed(item)
        else:
            out[name], done = _again(item)
        total += done
    return out, total


def _renewed(item: str) -> tuple[str, Rotated]:
    if item.startswith(f"{crypto.newest_key()}:"):
        return item, Rotated()
    try:
        return crypto.encrypt(crypto.decrypt(item)), Rotated(changed=1)
    except crypto.UnknownKeyError:
        return item, Rotated(unreadable=1)


def _journals(batch: int) -> Rotated:
    total, last = Rotated(), 0
    while True:
        with transaction.atomic():
            # Only altered rows keep old and new values; of rows made there is but a fingerprint.
            rows = ImportChange.objects.select_for_update().filter(pk__gt=last, after__has_key="changed")
            rows = list(rows.order_by("pk")[:batch])
            if not rows:
                return total
            changed = []
            for row in rows:
                row.before, old = _again(row.before)
                row.after, new = _again(row.after)
                done = old + new
                total += done
                if done.changed:
                    changed.append(row)
            ImportChange.objects.bulk_update(changed, ["before", "after"], batch_size=100)
            last = rows[-1].pk


def _decisions() -> Rotated:
    total = Rotated()
    for pk in RosterImport.objects.exclude(decisions={}).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = RosterImport.objects.select_for_update().get(pk=pk)
            current = row.changes.get("basis") == rosters_plan.basis(row)
            row.decisions, done = _again(row.decisions)
            total += done
            if done.changed:
                if current:
                    # The same decisions: what was compared under them still holds.
                    row.changes["basis"] = rosters_plan.basis(row)
                row.save(update_fields=["decisions", "changes"])
    return total
