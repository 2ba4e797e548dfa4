"""What an account may do at the linkage desk."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("accounts", "0001_initial"),)
    operations = (migrations.AddField(model_name="account", name="linkage_role", field=models.CharField(default="", max_length=20)),)
