"""Tells the running engines which model to serve. Used by the studio's review page."""

import httpx

from insights.understanding.models_folder import ModelError

LOAD_TIMEOUT_S = 120.0


class Engines:
    """All engines that share our folder of models."""

    def __init__(self, urls: tuple[str, ...], *, secret: str) -> None:
        self._urls = urls
        self._headers = {"Authorization": f"Bearer {secret}"}

    async def serving(self) -> str:
        """Return the model that serves. Errors: ModelError when engines differ or are away."""
        async with httpx.AsyncClient(timeout=5.0) as client:
            served = {await self._ask(client, url) for url in self._urls}
        if len(served) != 1:
            raise ModelError(f"The engines serve different models: {', '.join(sorted(served))}.")
        return served.pop()

    async def swap(self, model: str) -> None:
        """Have every engine serve the model; when one refuses, all go back. Errors: ModelError."""
        before = await self.serving()
        done: list[str] = []
        async with httpx.AsyncClient(timeout=LOAD_TIMEOUT_S, headers=self._headers) as client:
            for url in self._urls:
                try:
                    await self._install(client, url, model)
                except ModelError:
                    for changed in done:
                        await self._install(client, changed, before)
                    raise
                done.append(url)

    async def _install(self, client: httpx.AsyncClient, url: str, model: str) -> None:
        try:
            answer = await client.post(f"{url}/webhooks/gateway/model", json={"model_file": model})
        except httpx.HTTPError as error:
            raise ModelError(f"An engine was not reached: {type(error).__name__}.") from error
        if answer.status_code != httpx.codes.OK:
            raise ModelError(f"An engine refused {model}: {answer.json().get('error')}.")

    async def _ask(self, client: httpx.AsyncClient, url: str) -> str:
        try:
            answer = await client.get(f"{url}/webhooks/gateway/ready")
            answer.raise_for_status()
            return str(answer.json()["model_file"])
        except (httpx.HTTPError, KeyError, ValueError) as error:
            raise ModelError(f"An engine is not ready: {type(error).__name__}.") from error
