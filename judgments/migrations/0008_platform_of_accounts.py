from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('judgments', '0007_crowd_platform_acts'),
    ]

    operations = [
        migrations.AddField(
            model_name='platformaccount',
            name='platform',
            field=models.CharField(choices=[('open', 'Nowhere in particular: whoever has the link'), ('prolific', 'Prolific'), ('other', 'Another platform or panel (Connect, SONA, your own)')], db_default='prolific', max_length=10),
        ),
    ]
