from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("communes", "0007_archive_intents"),
    ]

    operations = [
        migrations.CreateModel(
            name="Count",
            fields=[
                ("place", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
        ),
        # counts are written often and may be lost in a crash; a replica has none
        migrations.RunSQL(
            "ALTER TABLE communes_count SET UNLOGGED",
            "ALTER TABLE communes_count SET LOGGED",
        ),
    ]
