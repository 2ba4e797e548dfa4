"""Jobs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = ()
    operations = (
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(default="run", max_length=40)),
                ("state", models.CharField(default="waiting", max_length=20)),
                ("started_by", models.CharField(max_length=60)),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("process", models.IntegerField(null=True)),
                ("part_done", models.FloatField(default=0.0)),
                ("message", models.TextField(default="")),
                ("report", models.JSONField(default=list)),
            ],
            options={"ordering": ("-id",)},
        ),
    )
