"""A Django backend under test. What its view writes is visible to the test and rolled back with it: they share a thread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import django
import pytest
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import path

from examples.backends import ivr
from sinch_voice_emulator import SinchVoice

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="for tests",
    USE_TZ=True,
)
django.setup()


def voice(request: HttpRequest) -> JsonResponse:
    from django.contrib.auth.models import Group

    event: dict[str, Any] = json.loads(request.body)
    if event["event"] == "dice":
        Group.objects.create(name=f"{event['result']} {event['callid']}")
    return JsonResponse(ivr(event, agent="+46700000001", number="+12025550100"))


urlpatterns = [path("voice", voice)]


@pytest.fixture(scope="session")
def django_database() -> Iterator[None]:
    """What pytest-django does for you."""
    from django.db import connection
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment()
    connection.creation.create_test_db(verbosity=0)
    yield
    connection.creation.destroy_test_db(":memory:", verbosity=0)
    teardown_test_environment()


@pytest.fixture
def transaction(django_database: None) -> Iterator[None]:  # noqa: ARG001
    """A database transaction around the test, rolled back at its end."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.usefixtures("transaction")
@pytest.mark.parametrize("attempt", ["first", "second"])
def test_the_view_writes_into_the_transaction_of_the_test(sinch_voice: SinchVoice, attempt: str) -> None:
    from django.contrib.auth.models import Group
    from django.core.wsgi import get_wsgi_application

    assert Group.objects.count() == 0, f"the {attempt} test begins with an empty table"
    sinch_voice.deliver_to(get_wsgi_application(), "/voice")
    call = sinch_voice.incoming_call()
    call.hang_up()
    assert [group.name for group in Group.objects.all()] == [f"ANSWERED {call.id}"]
