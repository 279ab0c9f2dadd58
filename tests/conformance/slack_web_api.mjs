// The fake Slack's Web API, driven with Slack's own client for JavaScript.

import assert from "node:assert/strict";
import { LogLevel, WebClient } from "@slack/web-api";
import { FAKE_TOKEN, FAKE_URL, check, control, finish, state } from "./fake.mjs";

const options = { slackApiUrl: `${FAKE_URL}/api/`, logLevel: LogLevel.ERROR };
const strict = { ...options, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true };
const client = new WebClient(FAKE_TOKEN, strict);
const section = (text) => ({ type: "section", text: { type: "mrkdwn", text } });

await control("channel", { channel: "C1" });

await check("auth.test names the workspace and the bot", async () => {
  const who = await client.auth.test();
  assert.equal(who.team_id, "T0LUMEN01");
  assert.ok(who.bot_id && who.response_metadata.scopes.includes("chat:write"));
});

await check("a wrong token is a platform error", async () => {
  const call = new WebClient("xoxb-wrong", strict).auth.test();
  await assert.rejects(call, { code: "slack_webapi_platform_error", data: { ok: false, error: "invalid_auth", response_metadata: {} } });
});

await check("a message is posted, changed, found and deleted", async () => {
  const metadata = { event_type: "sent", event_payload: { id: "7" } };
  const blocks = [section("Hello &amp; <https://x.example|welcome>")];
  const sent = await client.chat.postMessage({ channel: "C1", text: "Hello", blocks, metadata });
  const [seen] = await control("messages", { channel: "C1" });
  assert.equal(seen.text, "Hello & welcome");
  await client.chat.update({ channel: "C1", ts: sent.ts, text: "Hello again" });
  const history = await client.conversations.history({ channel: "C1", include_all_metadata: true });
  assert.deepEqual(history.messages[0].metadata, metadata);
  assert.equal(history.messages[0].text, "Hello again");
  await client.chat.delete({ channel: "C1", ts: sent.ts });
  assert.deepEqual(await control("messages", { channel: "C1" }), []);
});

await check("fifty-one blocks are refused with a pointer", async () => {
  const blocks = Array(51).fill({ type: "divider" });
  await assert.rejects(client.chat.postMessage({ channel: "C1", text: "x", blocks }), (error) => {
    assert.equal(error.data.error, "invalid_blocks");
    assert.match(error.data.response_metadata.messages[0], /no more than 50 items/);
    return true;
  });
});

await check("history is paged with cursors", async () => {
  for (let n = 0; n < 5; n += 1) await control("say", { channel: "C1", user: "UADA", text: `${n}` });
  const sizes = [];
  const pages = client.paginate("conversations.history", { channel: "C1", limit: 2 });
  for await (const page of pages) sizes.push(page.messages.length);
  assert.deepEqual(sizes, [2, 2, 1]);
});

await check("threads answer their own messages", async () => {
  const root = await control("say", { channel: "C1", user: "UADA", text: "root" });
  await client.chat.postMessage({ channel: "C1", thread_ts: root.ts, text: "in it" });
  const thread = await client.conversations.replies({ channel: "C1", ts: root.ts });
  assert.deepEqual(thread.messages.map((message) => message.text), ["root", "in it"]);
});

await check("a direct message is opened and a person described", async () => {
  await control("describe_person", { user: "UADA", real_name: "Ada Invented", locale: "de-DE" });
  const opened = await client.conversations.open({ users: "UADA", return_im: true });
  assert.equal(opened.channel.user, "UADA");
  const { user } = await client.users.info({ user: "UADA", include_locale: true });
  assert.deepEqual([user.real_name, user.locale], ["Ada Invented", "de-DE"]);
});

await check("the app home is published", async () => {
  const view = { type: "home", blocks: [section("Home")] };
  const published = await client.views.publish({ user_id: "UADA", view });
  assert.equal((await control("home", { user: "UADA" })).hash, published.view.hash);
});

await check("429 says how long to wait, and the client waits", async () => {
  await control("fail", { kind: "ratelimited", method: "users.info", value: 1, count: 2 });
  await assert.rejects(client.users.info({ user: "UADA" }), {
    code: "slack_webapi_rate_limited_error",
    retryAfter: 1,
  });
  const patient = new WebClient(FAKE_TOKEN, options);
  assert.ok((await patient.users.info({ user: "UADA" })).ok);
});

await check("a 500 is an HTTP error", async () => {
  await control("fail", { kind: "status", value: 500 });
  const call = client.chat.postMessage({ channel: "C1", text: "x" });
  await assert.rejects(call, (error) => /slack_webapi_(http|request)_error/.test(error.code));
});

await check("a code is exchanged for a token of another workspace", async () => {
  const { client_id, client_secret } = await state();
  await control("add_workspace", { team: "T2" });
  const query = new URLSearchParams({
    client_id,
    scope: "chat:write",
    state: "s",
    redirect_uri: "https://app.example/back",
    team: "T2",
  });
  const page = await fetch(`${FAKE_URL}/oauth/v2/authorize?${query}`, { redirect: "manual" });
  const code = new URL(page.headers.get("location")).searchParams.get("code");
  const redirect_uri = "https://app.example/back";
  const anonymous = new WebClient(undefined, strict);
  const given = await anonymous.oauth.v2.access({ client_id, client_secret, code, redirect_uri });
  assert.equal(given.team.id, "T2");
  assert.equal((await new WebClient(given.access_token, strict).auth.test()).team_id, "T2");
});

finish();
