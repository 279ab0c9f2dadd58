"""How the fake installs an app in another workspace: OAuth, asked for rightly and wrongly."""

import urllib.parse
from collections.abc import AsyncIterator

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack_api import FakeSlack


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(seed=1) as running:
        yield running


async def authorize(slack: FakeSlack, **more: str) -> httpx.Response:
    asked = {"client_id": slack.client_id, "scope": "chat:write,im:history", "state": "s1"}
    async with httpx.AsyncClient() as http:
        return await http.get(f"{slack.url}/oauth/v2/authorize", params={**asked, **more})


async def test_another_workspace_is_installed_with_a_code_that_works_once(slack: FakeSlack):
    slack.add_workspace("T2", name="second")
    slack.configure(redirect_urls=["https://app.example/back"])
    there = "https://app.example/back"
    answer = await authorize(slack, redirect_uri=there, team="T2")
    back = urllib.parse.urlsplit(answer.headers["location"])
    given = urllib.parse.parse_qs(back.query)
    assert given["state"] == ["s1"]
    anonymous = AsyncWebClient(base_url=f"{slack.url}/api/")
    secrets = {"client_id": slack.client_id, "client_secret": slack.client_secret}
    code = given["code"][0]
    for wrong, error in [
        ({"client_secret": "no"}, "bad_client_secret"),
        ({"client_id": "no"}, "invalid_client_id"),
        ({"code": "no"}, "invalid_code"),
        ({"redirect_uri": "https://evil.example"}, "bad_redirect_uri"),
    ]:
        with pytest.raises(SlackApiError, match=error):
            await anonymous.oauth_v2_access(
                **{**secrets, "code": code, "redirect_uri": there, **wrong}
            )
    answer_2 = await anonymous.oauth_v2_access(**secrets, code=code, redirect_uri=there)
    assert answer_2["team"]["id"] == "T2"
    token = AsyncWebClient(token=answer_2["access_token"], base_url=f"{slack.url}/api/")
    assert (await token.auth_test())["team_id"] == "T2"
    with pytest.raises(SlackApiError, match="code_already_used"):
        await anonymous.oauth_v2_access(**secrets, code=code, redirect_uri=there)


async def test_an_install_may_be_refused_or_asked_for_wrongly(slack: FakeSlack):
    slack.configure(redirect_urls=["https://app.example/"], refuse_installs=True)
    refused = await authorize(slack, redirect_uri="https://app.example/back")
    assert "error=access_denied" in refused.headers["location"]
    elsewhere = await authorize(slack, redirect_uri="https://evil.example/")
    unknown = await authorize(slack, client_id="9.9")
    nothing = await authorize(slack, scope="")
    assert [a.status_code for a in (elsewhere, unknown, nothing)] == [400] * 3
