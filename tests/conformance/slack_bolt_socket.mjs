// The fake's Socket Mode, with Bolt for JavaScript on the other end.

import assert from "node:assert/strict";
import bolt from "@slack/bolt";
import { FAKE_TOKEN, FAKE_URL, check, control, finish, state, until } from "./fake.mjs";

const { app_token } = await state();
const clientOptions = { slackApiUrl: `${FAKE_URL}/api/` };
const app = new bolt.App({
  token: FAKE_TOKEN,
  appToken: app_token,
  socketMode: true,
  clientOptions,
  logLevel: "error",
});
app.message(async ({ message, say }) => {
  const button = { type: "button", action_id: "yes", value: "tok", text: { type: "plain_text", text: "Yes" } };
  await say({ text: message.text, blocks: [{ type: "actions", elements: [button] }] });
});
let clicked = "";
app.action("yes", async ({ ack, action }) => {
  await ack();
  clicked = action.value;
});
await app.start();

await check("an event comes through the socket and is answered", async () => {
  await control("dm", { user: "UADA", text: "hello" });
  await control("wait_for", { user: "UADA" });
  assert.equal((await state()).sockets, 1);
});

await check("a click comes through the socket", async () => {
  const [sent] = await control("messages", { user: "UADA" });
  await control("press", { channel: sent.channel, ts: sent.ts, button: "Yes", user: "UADA" });
  await until("the click", () => clicked === "tok");
});

await check("a refreshed socket is opened anew and loses nothing", async () => {
  await control("refresh_sockets");
  await control("dm", { user: "UBOB", text: "again" });
  await control("wait_for", { user: "UBOB", timeout: 30 });
  await control("wait_delivered");
  assert.deepEqual((await state()).lost, []);
});

finish();
