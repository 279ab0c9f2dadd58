// The fake Telegram, driven with Telegraf: a second opinion on updates and webhooks.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Markup, Telegraf } from "telegraf";
import { FAKE_TOKEN, FAKE_URL, check, control, finish, until } from "./fake.mjs";

const bot = new Telegraf(FAKE_TOKEN, { telegram: { apiRoot: FAKE_URL, webhookReply: false } });
const heard = { photos: 0, places: 0, clicks: [] };
bot.start((context) => context.reply(`payload ${context.payload}`));
bot.on("photo", () => { heard.photos += 1; });
bot.on("location", () => { heard.places += 1; });
bot.action("tok", async (context) => {
  heard.clicks.push(context.match[0]);
  await context.answerCbQuery();
});
bot.on("text", (context) => context.reply("Hello", Markup.inlineKeyboard([Markup.button.callback("Yes", "tok")])));

const server = createServer(bot.webhookCallback("/hook", { secretToken: "a-secret" }));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
bot.botInfo = await bot.telegram.getMe();
const url = `http://127.0.0.1:${server.address().port}/hook`;
await bot.telegram.setWebhook(url, { secret_token: "a-secret" });

await check("commands are set and read", async () => {
  await bot.telegram.setMyCommands([{ command: "help", description: "What I can do" }]);
  const [command] = await bot.telegram.getMyCommands();
  assert.equal(command.command, "help");
});

await check("a deep link brings its payload", async () => {
  await control("say", { chat: 1, text: "/start c_spring" });
  await control("wait_for", { chat: 1, containing: "payload c_spring" });
});

await check("words are answered and buttons pressed", async () => {
  await control("say", { chat: 2, text: "hi" });
  const [answer] = await control("wait_for", { chat: 2, containing: "Hello" });
  await control("press", { chat: 2, message_id: answer.message_id, button: "Yes" });
  await until("the click", () => heard.clicks.includes("tok"));
});

await check("photos and places are recognised", async () => {
  await control("media", { chat: 2, kind: "photo" });
  await control("media", { chat: 2, kind: "location" });
  await until("both", () => heard.photos === 1 && heard.places === 1);
});

await check("the webhook is described", async () => {
  await control("wait_delivered");
  const info = await bot.telegram.getWebhookInfo();
  assert.deepEqual([info.url, info.pending_update_count], [url, 0]);
});

await check("what is refused is an error with its code", async () => {
  const call = bot.telegram.sendMessage(999, "x");
  await assert.rejects(call, (error) => error.response.error_code === 400);
});

finish();
