"""A Django project with the real djoser and social-auth-app-django (Debian's), its database made by their migrations and their logins.
usage: django_project.py JSON. {"database": DATABASES["default"], "model": AUTH_USER_MODEL, "settings": {more}, "steps": [[VERB, ...], ...]}.
Each step prints a line of JSON."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from fake.idp.provider import CLIENT, SECRET, Provider  # noqa: E402

import django  # noqa: E402
from django.conf import settings  # noqa: E402
from social_core.backends.github import GithubOAuth2  # noqa: E402
from social_core.backends.google import GoogleOAuth2  # noqa: E402
from social_core.backends.open_id_connect import OpenIdConnectAuth  # noqa: E402

CB = "http://localhost:3000/cb"
IDP = Provider()


class Github(GithubOAuth2):
    AUTHORIZATION_URL, ACCESS_TOKEN_URL = IDP.base + "/login/oauth/authorize", IDP.base + "/login/oauth/access_token"

    def _user_data(self, access_token, path=None):
        return self.get_json(IDP.base + "/api/user", headers={"Authorization": f"token {access_token}"})


class Google(GoogleOAuth2):
    AUTHORIZATION_URL, ACCESS_TOKEN_URL = IDP.base + "/login/oauth/authorize", IDP.base + "/login/oauth/access_token"

    def user_data(self, access_token, *args, **kwargs):
        return self.get_json(IDP.base + "/oidc/userinfo", headers={"Authorization": f"Bearer {access_token}"})


class Corp(OpenIdConnectAuth):
    name, OIDC_ENDPOINT = "corp", IDP.issuer


TASK = json.loads(sys.argv[1])
KEYS = {f"SOCIAL_AUTH_{name}_{key}": value for name in ("GITHUB", "GOOGLE_OAUTH2", "CORP")
        for key, value in (("KEY", CLIENT), ("SECRET", SECRET))}
settings.configure(
    SECRET_KEY="for this test", ALLOWED_HOSTS=["*"], ROOT_URLCONF="__main__", USE_TZ=True, DATABASES={"default": TASK["database"]},
    AUTH_USER_MODEL=TASK["model"], DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "social_django", "rest_framework", "djoser",
                    *(["django_people"] if TASK["model"].startswith("django_people.") else [])],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware"],
    AUTHENTICATION_BACKENDS=["__main__.Github", "__main__.Google", "__main__.Corp", "django.contrib.auth.backends.ModelBackend"],
    DJOSER={"SOCIAL_AUTH_ALLOWED_REDIRECT_URIS": [CB]}, SILENCED_SYSTEM_CHECKS=["models.W042"], **KEYS, **TASK.get("settings", {}))
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import include, path  # noqa: E402
from social_django.models import UserSocialAuth  # noqa: E402

urlpatterns = [path("auth/", include("djoser.social.urls"))]
User = get_user_model()


def tell(user):
    return {"id": user.pk, "username": user.get_username(), "email": user.email}


def login(provider, person):
    """A login as a front end of djoser makes it."""
    browser = Client()
    begun = browser.get(f"/auth/o/{provider}/", {"redirect_uri": CB})
    assert begun.status_code == 200, begun.content
    back = IDP.approve(begun.json()["authorization_url"], "ok." + person)
    done = browser.post(f"/auth/o/{provider}/?state={back['state']}&code={back['code']}", {})
    assert done.status_code == 201, done.content
    return {**tell(UserSocialAuth.objects.order_by("-modified", "-id")[0].user), "answered": done.json()["user"]}


def create(fields):
    return tell(User.objects.create_user(**fields))


def attach(user, provider, uid):
    """What the pipeline's associate_user does."""
    return {"row": UserSocialAuth.create_social_auth(User.objects.get(pk=user), uid, provider).pk}


def change(user, fields):
    User.objects.filter(pk=user).update(**fields)
    return {}


def delete(user):
    User.objects.get(pk=user).delete()
    return {}


def fill(count):
    """Many people at once, each with a row."""
    User.objects.bulk_create([User(username=f"many-{n}", email=f"many-{n}@x.test") for n in range(count)])
    UserSocialAuth.objects.bulk_create([UserSocialAuth(user_id=pk, provider="github", uid=f"{900_000_000 + pk}", extra_data={})
                                        for pk in User.objects.filter(username__startswith="many-").values_list("pk", flat=True)])
    return {}


VERBS = {f.__name__: f for f in (login, create, attach, change, delete, fill)}

if __name__ == "__main__":
    call_command("migrate", run_syncdb=True, verbosity=0)
    for verb, *arguments in TASK["steps"]:
        print(json.dumps(VERBS[verb](*arguments), default=str), flush=True)
    IDP.stop()
