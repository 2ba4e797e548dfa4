"""Long work started from the portal."""

from __future__ import annotations

from django.db import models


class Job(models.Model):
    """One run of the line, started from the portal and working in a process of its own."""

    kind = models.CharField(max_length=40, default="run")
    state = models.CharField(max_length=20, default="waiting")  # waiting, running, done, failed, stopped
    started_by = models.CharField(max_length=60)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    process = models.IntegerField(null=True)
    part_done = models.FloatField(default=0.0)
    message = models.TextField(default="")
    report = models.JSONField(default=list)

    class Meta:
        ordering = ("-id",)

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "running")

    @property
    def percent(self) -> int:
        return round(100 * self.part_done)
