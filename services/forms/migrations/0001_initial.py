import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=64, unique=True, verbose_name="Kennung")),
                ("offering_slug", models.CharField(max_length=100, verbose_name="Leistung")),
                ("definition_key", models.CharField(max_length=60, verbose_name="Stammtext")),
                ("definition_version", models.PositiveIntegerField(verbose_name="Version")),
                ("answers", models.JSONField(default=dict, verbose_name="Angaben")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="begonnen")),
                ("expires_at", models.DateTimeField(db_index=True, verbose_name="gültig bis")),
                ("claimed_at", models.DateTimeField(blank=True, null=True, verbose_name="abgesendet")),
                ("reference", models.CharField(blank=True, max_length=60, verbose_name="Vorgang")),
            ],
            options={
                "verbose_name": "Entwurf",
                "verbose_name_plural": "Entwürfe",
                "ordering": ["-created_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("claimed_at__isnull", True), ("reference", "")),
                            models.Q(("claimed_at__isnull", False), models.Q(("reference", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="forms_claimed_draft_has_reference",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "draft",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to="forms.draft",
                        verbose_name="Entwurf",
                    ),
                ),
                ("reference", models.CharField(blank=True, db_index=True, max_length=60, verbose_name="Vorgang")),
                ("field", models.CharField(max_length=40, verbose_name="Feld")),
                ("file", models.FileField(max_length=200, upload_to="", verbose_name="Datei")),
                ("original_name", models.CharField(max_length=150, verbose_name="Name")),
                ("content_type", models.CharField(max_length=40, verbose_name="Art")),
                ("size", models.PositiveIntegerField(verbose_name="Größe in Byte")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="hochgeladen")),
            ],
            options={
                "verbose_name": "Datei",
                "verbose_name_plural": "Dateien",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("draft__isnull", False), ("reference", "")),
                            models.Q(("draft__isnull", True), models.Q(("reference", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="forms_upload_has_one_owner",
                    ),
                    models.UniqueConstraint(fields=("draft", "field"), name="forms_one_upload_per_field"),
                ],
            },
        ),
    ]
