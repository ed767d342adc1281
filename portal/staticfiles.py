"""Static files under names that carry their content, modules' imports of each other included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """A script module imports its parts by their hashed names too, so that all of them are cached for good: at the
    start of an examination nobody asks for a script again, and a new release never mixes with an old one.
    """

    support_js_module_import_aggregation = True
