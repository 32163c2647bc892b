"""A Django API that accepts latchstring's tokens: Debian's Django, REST framework and simplejwt, with nothing of ours in it.
usage: django_api.py SIMPLE_JWT-AS-JSON; prints the port that it listens on. GET /me/ answers with the token's user."""
import json
import sys
import wsgiref.simple_server

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="not used: tokens have a key of their own", ALLOWED_HOSTS=["*"], ROOT_URLCONF="__main__",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "rest_framework_simplejwt"],
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTStatelessUserAuthentication"]},
    SIMPLE_JWT=json.loads(sys.argv[1]), USE_TZ=True)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402  (needs the settings)
from django.urls import path  # noqa: E402
from rest_framework.decorators import api_view, permission_classes  # noqa: E402
from rest_framework.permissions import IsAuthenticated  # noqa: E402
from rest_framework.response import Response  # noqa: E402


@api_view(["GET"])
@permission_classes([IsAuthenticated])
def me(request):
    return Response({"id": request.user.id, "provider": request.auth.get("provider")})


urlpatterns = [path("me/", me)]

if __name__ == "__main__":
    with wsgiref.simple_server.make_server("127.0.0.1", 0, get_wsgi_application()) as server:
        print(f"PORT {server.server_port}", flush=True)
        server.serve_forever()
