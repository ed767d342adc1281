"""The one set of settings; see docs/operations.md for the environment variables read here."""

from os.path import abspath, commonpath
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
environ.Env.read_env(BASE_DIR / "var" / "env")

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
# "id:base64" pairs, newest first; the first encrypts, all decrypt. The blind index has its own key.
FIELD_KEYS = env.list("FIELD_KEYS", default=[])
FIELD_INDEX_KEY = env.str("FIELD_INDEX_KEY", "")
if not (SECRET_KEY and FIELD_KEYS and FIELD_INDEX_KEY):
    raise ImproperlyConfigured(
        "SECRET_KEY, FIELD_KEYS and FIELD_INDEX_KEY must be set. ./start writes them to var/env once; "
        "see docs/operations.md for production."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "courses",
    "exams",
    "staffing",
    "portal.law",
    "portal",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtailmedia",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "treebeard",
    "django_filters",
    "import_export",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "portal.shell.context",
            ],
            "builtins": ["portal.templatetags.portal_ui"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- database -------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE keeps two writers from dying on lock upgrade; FULL keeps acknowledged writes through a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 300)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["ATOMIC_REQUESTS"] = False

CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}

# --- accounts -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "portal.User"
# The kernel scopes grants by a unit tree that a domain app owns; it knows the model only by this name.
PORTAL_UNIT_MODEL = "staffing.Unit"
AUTHENTICATION_BACKENDS = ["portal.backends.LockoutBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "portal:sign_in"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "portal:sign_in"
SESSION_ENGINE = "portal.sessions"
SESSION_COOKIE_AGE = env.int("SESSION_SECONDS", 8 * 3600)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Failures before a lock, and how long it lasts. Never by address alone: a whole bureau shares one on exam day.
LOCKOUT = {"username_and_ip": 5, "username": 20, "minutes": 15}

# --- language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "portal_language"
WAGTAIL_CONTENT_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
FILTERS_EMPTY_CHOICE_LABEL = _("全部")
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["portal.formats"]

# --- files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.str("MEDIA_PRIVATE_ROOT", str(BASE_DIR / "media" / "private")), "base_url": None},
    },
    "staticfiles": {"BACKEND": "portal.staticfiles.StaticFiles"},
}
MEDIA_ROOT = env.str("MEDIA_PUBLIC_ROOT", str(BASE_DIR / "media" / "public"))
MEDIA_URL = "/media/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
# A 10,000-row preview posts one field a decision at most; 5,000 decisions are more than any person makes.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
ROSTER_MAX_BYTES = env.int("ROSTER_MAX_BYTES", 64 * 2**20)
# Recordings: the largest upload, the largest piece of one that a single answer sends. SENDFILE_BACKEND: who sends them,
# and documents and pictures. Empty: this process itself; django_sendfile.backends.nginx: the web server in front, from
# SENDFILE_ROOT (which holds the private and the public files) under SENDFILE_URL.
RECORDING_MAX_BYTES = env.int("RECORDING_MAX_BYTES", 2 * 2**30)
MEDIA_PIECE_BYTES = env.int("MEDIA_PIECE_BYTES", 2 * 2**20)
# Defined only when set: Wagtail takes its mere presence for a choice when it hands out documents.
if env.str("SENDFILE_BACKEND", ""):
    SENDFILE_BACKEND = env.str("SENDFILE_BACKEND")
_ROOTS = [STORAGES["private"]["OPTIONS"]["location"], MEDIA_ROOT]
SENDFILE_ROOT = env.str("SENDFILE_ROOT", commonpath(map(abspath, _ROOTS)))
SENDFILE_URL = env.str("SENDFILE_URL", "/protected")

# --- background work ------------------------------------------------------------------------------------------------
TASKS = {
    "default": {"BACKEND": env.str("TASKS_BACKEND", "django_tasks_db.DatabaseBackend"), "QUEUES": ["default"]},
}
# A job whose worker has not reported for this long is taken back by the reaper.
JOB_STALE_SECONDS = env.int("JOB_STALE_SECONDS", 90)

# --- security -------------------------------------------------------------------------------------------------------
HTTPS = env.bool("HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# Watch dogs ask the process itself, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
# Number of proxies whose X-Forwarded-For entry is believed when an address is written to the audit trail.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    # Wagtail's own admin writes inline scripts and styles; portal.middleware gives /cms/ its own, wider policy.
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    },
}

# --- CMS ------------------------------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = _("综合行政执法教育训练与岗位管理平台")
WAGTAILADMIN_BASE_URL = env.str("BASE_URL", "http://127.0.0.1:8000")
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_LOGIN_URL = "/sign-in/"
WAGTAIL_USER_TIME_ZONES = ["Asia/Shanghai"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "portal.search"}}
WAGTAILDOCS_SERVE_METHOD = "serve_view"
# Slides and hand-outs; nothing that a browser would run as a page of ours.
WAGTAILDOCS_EXTENSIONS = ["pdf", "doc", "docx", "ppt", "pptx", "xls", "xlsx", "txt", "zip"]
WAGTAILMEDIA = {
    "MEDIA_MODEL": "courses.Recording",
    "MEDIA_FORM_BASE": "courses.forms.recordings.RecordingForm",
    # The form checks what a file is and says what to do; a list of endings would only say no.
    "VIDEO_EXTENSIONS": [],
    "AUDIO_EXTENSIONS": [],
}

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "portal@localhost")

SILENCED_SYSTEM_CHECKS = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    # Two lines for every page put into the search index bury the rest on the operator's terminal; failures are told.
    "loggers": {"django_tasks": {"level": "WARNING"}},
}
