from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0004_guards")]

    operations = [
        migrations.AddField(model_name="job", name="cancel_asked", field=models.BooleanField(default=False)),
    ]
