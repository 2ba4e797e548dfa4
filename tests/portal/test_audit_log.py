"""The audit log is append-only, and whoever changes it is found out."""

import pytest


def test_lines_follow_each_other(tinyland):
    from karvan_portal.accounts import audit

    first, second = audit.write("mig", "test", "one"), audit.write("mig", "test", "two")
    assert (second.number, second.before) == (first.number + 1, first.seal)
    assert audit.broken_at() is None


def test_the_database_refuses_to_change_or_delete_a_line(tinyland):
    from django.db import DatabaseError, transaction

    from karvan_portal.accounts import audit
    from karvan_portal.accounts.models import Line

    line = audit.write("mig", "test", "to stay")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Line.objects.filter(pk=line.pk).update(actor="someone else")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Line.objects.filter(pk=line.pk).delete()


def test_a_change_behind_the_databases_back_is_seen(tinyland):
    from django.db import connection, transaction

    from karvan_portal.accounts import audit

    line = audit.write("mig", "test", "as it was")
    audit.write("mig", "test", "after it")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("drop trigger audit_line_no_update")
            cursor.execute("update accounts_line set subject = 'as it never was' where number = %s", [line.number])
        assert audit.broken_at() == line.number
        transaction.set_rollback(True)
    assert audit.broken_at() is None
