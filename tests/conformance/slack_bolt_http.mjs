// The fake's signed events and clicks, received by Bolt for JavaScript over HTTP.

import assert from "node:assert/strict";
import bolt from "@slack/bolt";
import { FAKE_TOKEN, FAKE_URL, check, control, finish, state, until } from "./fake.mjs";

const { signing_secret } = await state();
const clientOptions = { slackApiUrl: `${FAKE_URL}/api/` };
const common = { token: FAKE_TOKEN, clientOptions, logLevel: "error" };
const app = new bolt.App({ ...common, signingSecret: signing_secret });
const heard = { mentions: [], changed: [], deleted: [], files: [], retries: 0 };

app.message("lamp", async ({ message, say }) => {
  const yes = { type: "button", action_id: "helped", value: "tok", text: { type: "plain_text", text: "That helped" } };
  const blocks = [{ type: "actions", elements: [yes] }];
  await say({ text: `You said: ${message.text}`, blocks: [{ type: "section", text: { type: "mrkdwn", text: "About lamps" } }, ...blocks] });
});
app.message("thread", async ({ message, say }) => say({ text: "here", thread_ts: message.ts }));
app.event("app_mention", async ({ event }) => heard.mentions.push(event.ts));
app.event("message", async ({ event }) => {
  if (event.subtype === "message_changed") heard.changed.push(event.message.text);
  if (event.subtype === "message_deleted") heard.deleted.push(event.deleted_ts);
  if (event.subtype === "file_share") heard.files.push(event.files[0].name);
});
app.event("app_home_opened", async ({ event, client }) => {
  const view = { type: "home", blocks: [{ type: "divider" }] };
  await client.views.publish({ user_id: event.user, view });
});
app.action("helped", async ({ ack, action, respond, body }) => {
  await ack();
  assert.equal(body.message.ts, body.container.message_ts);
  await respond({ text: `thanks for ${action.value}`, replace_original: true });
});

const server = await app.start(0);
const url = `http://127.0.0.1:${server.address().port}/slack/events`;

await check("the address is verified", () => control("subscribe", { events: url }));

await check("a direct message is answered", async () => {
  await control("dm", { user: "UADA", text: "my lamp" });
  const [answer] = await control("wait_for", { user: "UADA", containing: "About lamps" });
  assert.equal(answer.fallback, "You said: my lamp");
});

await check("a click is acknowledged and answered through its address", async () => {
  const [answer] = await control("messages", { user: "UADA" });
  await control("press", { channel: answer.channel, ts: answer.ts, button: "That helped", user: "UADA" });
  await control("wait_for", { user: "UADA", containing: "thanks for tok" });
});

await check("mentions, threads, edits, deletions and files arrive", async () => {
  await control("channel", { channel: "C1" });
  const said = await control("say", { channel: "C1", user: "UADA", text: "a thread", mention: true });
  const [reply] = await control("wait_for", { channel: "C1", containing: "here" });
  assert.equal(reply.thread_ts, said.ts);
  await control("edit", { channel: "C1", ts: said.ts, text: "changed" });
  await control("delete", { channel: "C1", ts: said.ts });
  await control("upload", { user: "UADA", name: "a.png", content: "cG5n" });
  await until("they all came", () => heard.files.length && heard.deleted.length && heard.changed.length);
  assert.deepEqual(heard.mentions, [said.ts]);
  assert.deepEqual(heard.changed, ["changed"]);
});

await check("the app home is published when it is opened", async () => {
  await control("open_home", { user: "UADA" });
  assert.equal((await control("wait_home", { user: "UADA" })).type, "home");
});

await check("a forged request is refused", async () => {
  const stamp = `${Math.floor(Date.now() / 1000)}`;
  const headers = { "Content-Type": "application/json", "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": "v0=00" };
  const answer = await fetch(url, { method: "POST", headers, body: "{}" });
  assert.equal(answer.status, 401);
});

await check("nothing is left waiting or lost", async () => {
  await control("wait_delivered");
  assert.deepEqual((await state()).lost, []);
});

finish();
