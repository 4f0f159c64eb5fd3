"""Wagtail."""

from __future__ import annotations

WAGTAIL_SITE_NAME = "Rathausplatz"
WAGTAIL_I18N_ENABLED = True
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_APPEND_SLASH = True
WAGTAILADMIN_BASE_URL = ""
WAGTAILADMIN_NOTIFICATION_INCLUDE_SUPERUSERS = False
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
# a name, so that the English page leads to the English one
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
WAGTAILDOCS_PASSWORD_REQUIRED_TEMPLATE = "cms/password.html"  # noqa: S105 - the name of a template
WAGTAILSEARCH_BACKENDS = {
    "default": {"BACKEND": "wagtail.search.backends.database", "SEARCH_CONFIG": "german"},
}
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "ics", "json", "odt", "ods", "pdf", "txt", "xlsx", "xml", "zip"]
WAGTAILIMAGES_RENDITION_STORAGE = "pictures"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.uploads.PictureForm"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "cms.uploads.FileForm"
TAGGIT_CASE_INSENSITIVE = True
# people sign in, change passwords and addresses in their account, never in Wagtail
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_USER_TIME_ZONES = ["Europe/Berlin"]
