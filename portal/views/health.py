"""What a load balancer or a watch dog asks. No session, no sign-in, nothing about the installation but fit or not."""

from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from portal.access import public
from portal.queries.health import readiness


@public
@never_cache
def healthz(request):
    """The process answers."""
    return JsonResponse({"ok": True})


@public
@never_cache
def readyz(request):
    """Database, migrations, private storage, worker: 200 when all are well, 503 when not."""
    found = readiness(timezone.now())
    return JsonResponse(found, status=200 if found["ready"] else 503)
