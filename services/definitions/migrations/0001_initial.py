from django.db import migrations, models

CREATE = """
CREATE FUNCTION definitions_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'service definition % version % is published and final', OLD.key, OLD.version
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER definitions_published_is_final
    BEFORE UPDATE OR DELETE ON definitions_servicedefinition
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
    EXECUTE FUNCTION definitions_refuse_change();
"""
DROP = """
DROP TRIGGER definitions_published_is_final ON definitions_servicedefinition;
DROP FUNCTION definitions_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="ServiceDefinition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60, verbose_name="Schlüssel")),
                ("version", models.PositiveIntegerField(verbose_name="Version")),
                ("leika_key", models.CharField(blank=True, max_length=14, null=True, verbose_name="LeiKa-Schlüssel")),
                ("content", models.JSONField(verbose_name="Inhalt")),
                ("checksum", models.CharField(max_length=64, verbose_name="Prüfsumme")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="veröffentlicht am")),
            ],
            options={
                "verbose_name": "Leistung (Stammtext)",
                "verbose_name_plural": "Leistungen (Stammtexte)",
                "ordering": ["key", "-version"],
                "constraints": [
                    models.UniqueConstraint(fields=("key", "version"), name="definitions_key_version"),
                    models.CheckConstraint(condition=models.Q(("version__gte", 1)), name="definitions_version_from_one"),
                    models.CheckConstraint(
                        condition=models.Q(("key__regex", "^[a-z][a-z0-9]*(-[a-z0-9]+)*$")), name="definitions_key_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("leika_key__isnull", True), ("leika_key__regex", "^99[0-9]{12}$"), _connector="OR"
                        ),
                        name="definitions_leika_form",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
