from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('communes', '0002_lifecycle_domains_rollouts_archives'),
    ]

    operations = [
        migrations.AddField(
            model_name='release',
            name='codes',
            field=models.JSONField(default=list),
        ),
    ]
