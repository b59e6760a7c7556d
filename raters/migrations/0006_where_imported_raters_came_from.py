from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('raters', '0005_accounts_of_raters'),
    ]

    operations = [
        migrations.AddField(
            model_name='enrolment',
            name='imported_link',
            field=models.CharField(blank=True, db_default='', default='', max_length=100),
        ),
        migrations.AddField(
            model_name='enrolment',
            name='imported_platform',
            field=models.CharField(blank=True, db_default='', default='', max_length=10),
        ),
    ]
