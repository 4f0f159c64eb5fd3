"""Uploaded files under the commune's prefix, on disk or S3; static files with hashed names."""

from __future__ import annotations

from rathausplatz.settings.base import BASE_DIR, DATA_DIR, env

MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
BUILD_DIR = BASE_DIR / "build"
STATIC_ROOT = BUILD_DIR / "static"
FONTS_DIR = BUILD_DIR / "fonts"
for _folder in (STATIC_ROOT, FONTS_DIR):
    _folder.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [("fonts", FONTS_DIR)]
# archives of whole communes: a folder, or s3://bucket/prefix on the same server as the uploads
ARCHIVE_DIR = env.str("ARCHIVE_DIR", default=str(DATA_DIR / "archives"))
ARCHIVE_KEEP = env.int("ARCHIVE_KEEP", default=7)
ARCHIVE_PROOFS_A_NIGHT = env.int("ARCHIVE_PROOFS_A_NIGHT", default=3)
ARCHIVE_FINAL_DAYS = env.int("ARCHIVE_FINAL_DAYS", default=90)
EXPORT_DAYS = env.int("EXPORT_DAYS", default=7)
AWS_STORAGE_BUCKET_NAME = env.str("AWS_STORAGE_BUCKET_NAME", default="")
AWS_S3_ENDPOINT_URL = env.str("AWS_S3_ENDPOINT_URL", default=None)
AWS_S3_REGION_NAME = env.str("AWS_S3_REGION_NAME", default=None)
AWS_S3_SIGNATURE_VERSION = "s3v4"
_backend = "CommuneS3Storage" if AWS_STORAGE_BUCKET_NAME else "CommuneStorage"
_pictures = "CommuneS3Pictures" if AWS_STORAGE_BUCKET_NAME else "CommuneStorage"
STORAGES = {
    "default": {"BACKEND": f"tenants.communes.storage.{_backend}"},
    # the same files; their addresses are the portal's own (cms.media)
    "pictures": {"BACKEND": f"tenants.communes.storage.{_pictures}"},
    "staticfiles": {"BACKEND": "rathausplatz.static.StaticStorage"},
}
WHITENOISE_MAX_AGE = 60
