"""Addresses: one prefix per desk."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from karvan_portal import frame

urlpatterns = [
    path("", include("karvan_portal.home.urls")),
    path("", include("karvan_portal.accounts.urls")),
    path("statistics/", include("karvan_portal.statistics.urls")),
    path("data/", include("karvan_portal.data.urls")),
    path("linkage/", include("karvan_portal.linkage.urls")),
    path("profile/", include("karvan_portal.profile.urls")),
    path("baseline/", include("karvan_portal.baseline.urls")),
    path("patterns/", include("karvan_portal.patterns.urls")),
    path("language/", login_not_required(set_language), name="set_language"),
    path("ready/", frame.ready, name="ready"),
]

handler403 = "karvan_portal.frame.forbidden"
handler404 = "karvan_portal.frame.not_found"
handler500 = "karvan_portal.frame.broken"
