from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("communes", "0008_counts"),
    ]

    operations = [
        migrations.AddField(
            model_name="commune",
            name="archive_ordered_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
