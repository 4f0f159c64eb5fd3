from django.db import migrations, models

# "!" alone was the same for all who had not chosen a password yet, and so was what their invitations were signed over
RANDOM = (
    "UPDATE accounts_user SET password = '!' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') "
    "WHERE password = '!'"
)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_user_invited_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='session_stamp',
            field=models.CharField(blank=True, db_default='', default='', max_length=32),
        ),
        migrations.RunSQL(RANDOM, migrations.RunSQL.noop),
    ]
