"""Error pages. They read nothing from the database."""

from django.shortcuts import render


def bad_request(request, exception=None):
    """400."""
    return render(request, "400.html", status=400)


def forbidden(request, exception=None):
    """403. What a view passed to PermissionDenied is a sentence for the user and is shown as the reason."""
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def not_found(request, exception=None):
    """404."""
    return render(request, "404.html", status=404)


def server_error(request):
    """500."""
    return render(request, "500.html", status=500)


def csrf_failure(request, reason=""):
    """403 for a form whose token is missing or stale."""
    return render(request, "403_csrf.html", status=403)
