"""The sealed archive (考试档案) of a sitting: everything as JSON, hashes in a manifest, the manifest signed.

The signature is HMAC-SHA-256 under a key derived from FIELD_INDEX_KEY: whoever edits, adds or removes a file would need
this installation's key. Retention (domain §5): papers and answers 3 years, results 10 years; the file itself is kept by
the office, on this server only for a day.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import storages
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from exams.models.sittings import Sitting
from exams.queries import archive as queries
from portal import audit, jobs
from portal.actions.errors import Refused
from portal.models import Job
from staffing import files

JOB = "exams.archive"
KEPT = timedelta(hours=24)
MANIFEST, SIGNATURE, NOTE = "manifest.json", "manifest.sig", "说明.txt"
RETENTION = "保存期限：试卷与答卷3年，成绩与登记册10年。身份证号已作掩码。\n核验：manage.py verify_archive 文件名\n"
# More than any sitting leaves; a verified file may come from anywhere.
MAX_FILE, MAX_TOTAL = 1 << 30, 4 << 30


def request_archive(*, actor, now, sitting: Sitting) -> Job:
    """Have the worker write the archive. Raises Refused while people are still writing their papers."""
    if sitting.state not in (Sitting.State.CLOSED, Sitting.State.RELEASED):
        raise Refused(_("场次结束后才能导出档案。"))
    return jobs.start(
        actor=actor,
        now=now,
        kind=JOB,
        title=_("导出考试档案：%(sitting)s") % {"sitting": sitting.title},
        args={"sitting": sitting.pk},
    )


def write_archive(out, *, actor, now, sitting: Sitting, progress=lambda done, total, text: None) -> dict[str, str]:
    """Write the archive to a binary stream, with its audit row; {file: SHA-256}. Nothing is loaded whole."""
    with transaction.atomic():
        hashes = _write(out, actor, now, sitting, progress)
        audit.record(
            actor=actor, now=now, action="archive.exported", obj=sitting, unit_code=sitting.unit.code, files=hashes
        )
    return hashes


def _write(out, actor, now, sitting, progress) -> dict[str, str]:
    hashes: dict[str, str] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for n, (name, value) in enumerate(queries.contents(sitting), 1):
            progress(n, 17, _("正在写入：%(name)s") % {"name": name})
            digest = hashlib.sha256()
            with package.open(name, "w", force_zip64=True) as file:
                for piece in _pieces(value):
                    file.write(piece)
                    digest.update(piece)
            hashes[name] = digest.hexdigest()
        package.writestr(NOTE, RETENTION)
        hashes[NOTE] = hashlib.sha256(RETENTION.encode()).hexdigest()
        manifest = {
            "format": queries.FORMAT,
            "sitting": sitting.code,
            "title": sitting.title,
            "made_at": now.isoformat(),
            "made_by": str(actor) if actor else "",
            "files": hashes,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
        package.writestr(MANIFEST, text)
        package.writestr(SIGNATURE, sign(text))
    return hashes


def _pieces(value) -> Iterator[bytes]:
    if isinstance(value, (dict, list)):
        yield json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder).encode()
        return
    for row in value:
        yield json.dumps(row, ensure_ascii=False, cls=DjangoJSONEncoder).encode() + b"\n"


def sign(manifest: bytes) -> str:
    """HMAC-SHA-256 of the manifest, in hex."""
    key = hmac.digest(base64.b64decode(settings.FIELD_INDEX_KEY), b"exam-archive", hashlib.sha256)
    return hmac.digest(key, manifest, hashlib.sha256).hex()


@dataclass(frozen=True)
class Verdict:
    """``ok``: signature and every hash fit and no file was added; else ``problems`` in sentences."""

    manifest: dict
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems


def verify(path) -> Verdict:
    """Check an archive file. Never raises for a damaged or forged one; OSError when it cannot be opened."""
    try:
        with zipfile.ZipFile(path) as package:
            return _verify(package)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
        return Verdict({}, (_("文件不是完整的考试档案（%(what)s）。") % {"what": type(error).__name__},))


def _verify(package: zipfile.ZipFile) -> Verdict:
    text = _read(package, MANIFEST)
    signature = _read(package, SIGNATURE).decode("ascii", "replace").strip()
    if not hmac.compare_digest(sign(text), signature):
        return Verdict({}, (_("清单的签名不符：清单被改动，或不是本系统导出。"),))
    manifest = json.loads(text)
    named, there = manifest["files"], [entry.filename for entry in package.infolist()]
    problems = []
    if len(there) != len(set(there)):
        problems.append(_("压缩包中有重名文件。"))
    for name in sorted(set(there) - set(named) - {MANIFEST, SIGNATURE}):
        problems.append(_("多出文件：%(name)s。") % {"name": name})
    if sum(entry.file_size for entry in package.infolist()) > MAX_TOTAL:
        return Verdict(manifest, (*problems, _("文件过大，未核验。")))
    for name, expected in sorted(named.items()):
        if name not in there:
            problems.append(_("缺少文件：%(name)s。") % {"name": name})
            continue
        digest = hashlib.sha256()
        with package.open(name) as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
        if not hmac.compare_digest(digest.hexdigest(), expected):
            problems.append(_("内容被改动：%(name)s。") % {"name": name})
    return Verdict(manifest, tuple(problems))


def _read(package: zipfile.ZipFile, name: str) -> bytes:
    if package.getinfo(name).file_size > 1 << 20:
        raise ValueError(name)
    return package.read(name)


def write_for(job: Job, progress, now) -> dict:
    """Handler of JOB: the file goes sealed to private storage; only its owner can fetch it, for a day."""
    forget_old(now)
    sitting = Sitting.objects.select_related("unit").get(pk=job.args["sitting"])
    storage, path = storages["private"], f"exports/{job.pk}"
    with tempfile.TemporaryFile() as out:
        write_archive(out, actor=job.owner, now=now, sitting=sitting, progress=progress)
        if storage.exists(path):
            storage.delete(path)
        files.put_sealed(path, out)
    return {
        "file": path,
        "name": _("考试档案_%(code)s.zip") % {"code": sitting.code},
        "url": reverse("exams:archive_download", args=[job.pk]),
        "label": _("下载（24小时内有效）"),
    }


def file_of(job: Job, now) -> io.IOBase | None:
    """The open file of a finished archive job; None when it has expired."""
    path = job.result.get("file", "")
    if not path or not job.finished_at or job.finished_at + KEPT < now or not storages["private"].exists(path):
        return None
    return files.open_clear(path)


def forget_old(now) -> None:
    """Delete archive files whose time is over."""
    storage = storages["private"]
    for job in Job.objects.filter(kind=JOB, state=Job.State.DONE, finished_at__lt=now - KEPT):
        path = job.result.get("file", "")
        if path and storage.exists(path):
            storage.delete(path)
