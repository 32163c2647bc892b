"""A CAS server on loopback: Debian's python3-django-cas-server, configured here. Everybody in PEOPLE signs in with their name as password.
usage: cas_provider.py PORT FOLDER"""
import os
import sys

import django
from django.conf import settings

PEOPLE = {name: {"mail": f"{name}@uni.example", "displayName": f"{name.title()} Ä. Example", "givenName": name.title(), "sn": "Example",
                 "groups": ["staff", "dev"]} for name in ("alice", "bob", "carol")}


def configure(folder):
    settings.configure(
        SECRET_KEY="of these tests", ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, STATIC_URL="/static/", USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField", LANGUAGE_CODE="en",
        INSTALLED_APPS=[*("django.contrib." + app for app in ("auth", "contenttypes", "sessions", "messages", "staticfiles")), "cas_server"],
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware",
                    "django.middleware.csrf.CsrfViewMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
                    "django.contrib.messages.middleware.MessageMiddleware", "django.middleware.locale.LocaleMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": [
            "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages"]}}],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(folder, "cas.sqlite")}},
        CAS_AUTH_CLASS=__name__ + ".Everybody", CAS_NEW_VERSION_HTML_WARNING=False, CAS_NEW_VERSION_EMAIL_WARNING=False)
    django.setup()


class Everybody:
    """What django-cas-server asks about people."""

    def __init__(self, username):
        self.username = username

    def test_password(self, password):
        return self.username in PEOPLE and password == self.username

    def attributs(self):
        return PEOPLE.get(self.username, {})


def prepare():
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    from cas_server.models import ReplaceAttributName, ServicePattern
    pattern = ServicePattern.objects.create(pos=1, name="these tests", pattern=r"^http://(localhost:3000|127\.0\.0\.1:[0-9]+)/", proxy=False)
    for name in PEOPLE["alice"]:
        ReplaceAttributName.objects.create(name=name, replace="", service_pattern=pattern)


def serve(port):
    from socketserver import ThreadingMixIn
    from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

    from django.core.wsgi import get_wsgi_application

    class Threads(ThreadingMixIn, WSGIServer):
        daemon_threads = True

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_):
            pass

    with make_server("127.0.0.1", port, get_wsgi_application(), Threads, Quiet) as server:
        print("ready", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    configure(sys.argv[2])
    from django.urls import include, re_path
    urlpatterns = [re_path(r"^cas/", include("cas_server.urls", namespace="cas_server"))]
    prepare()
    serve(int(sys.argv[1]))
