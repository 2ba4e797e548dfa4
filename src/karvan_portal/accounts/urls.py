"""Addresses of signing in and of the log."""

from django.urls import path

from karvan_portal.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("log/", views.log, name="log"),
]
