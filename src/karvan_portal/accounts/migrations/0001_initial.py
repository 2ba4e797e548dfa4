"""Accounts, and an audit log that the database itself keeps from being changed."""

from django.db import migrations, models

REFUSE = {
    "sqlite": [
        "create trigger audit_line_no_update before update on accounts_line begin select raise(abort, 'the audit log is append-only'); end",
        "create trigger audit_line_no_delete before delete on accounts_line begin select raise(abort, 'the audit log is append-only'); end",
    ],
    "postgresql": [
        "create function audit_line_refuse() returns trigger language plpgsql as $$ begin raise exception 'the audit log is append-only'; end $$",
        "create trigger audit_line_no_change before update or delete on accounts_line for each row execute function audit_line_refuse()",
    ],
}


def refuse_changes(apps, schema_editor):
    for statement in REFUSE.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    initial = True
    dependencies = ()
    operations = (
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("username", models.CharField(max_length=60, unique=True)),
                ("institution", models.CharField(max_length=60)),
                ("operator", models.BooleanField(default=False)),
                ("is_demo", models.BooleanField(default=False)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.CharField(max_length=40)),
                ("actor", models.CharField(max_length=60)),
                ("act", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=300)),
                ("purpose", models.CharField(max_length=300)),
                ("before", models.CharField(max_length=64)),
                ("seal", models.CharField(max_length=64, unique=True)),
            ],
            options={"ordering": ("number",)},
        ),
        migrations.RunPython(refuse_changes, migrations.RunPython.noop),
    )
