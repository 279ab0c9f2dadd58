// The fake Telegram, driven with grammY: methods, errors, long polling, webhooks.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Bot, GrammyError, InlineKeyboard, webhookCallback } from "grammy";
import { FAKE_TOKEN, FAKE_URL, check, control, finish, state, until } from "./fake.mjs";

const client = { apiRoot: FAKE_URL };
const newBot = () => {
  const bot = new Bot(FAKE_TOKEN, { client });
  bot.catch(({ error }) => { throw error; });
  return bot;
};
const bot = newBot();
await control("open_chat", { chat: 1 });

await check("getMe is a bot", async () => assert.ok((await bot.api.getMe()).is_bot));

await check("HTML is shown with its entities", async () => {
  const sent = await bot.api.sendMessage(1, "<b>a &amp; b</b>", { parse_mode: "HTML" });
  assert.equal(sent.text, "a & b");
  assert.equal(sent.entities[0].type, "bold");
});

await check("what Telegram refuses is a GrammyError with its words", async () => {
  for (const [call, code] of [
    [() => bot.api.sendMessage(1, "x".repeat(4097)), 400],
    [() => bot.api.sendMessage(1, "<b>", { parse_mode: "HTML" }), 400],
    [() => bot.api.sendMessage(999, "x"), 400],
  ]) {
    await assert.rejects(call(), (error) => error instanceof GrammyError && error.error_code === code);
  }
});

await check("too many messages are answered with a time", async () => {
  await control("open_chat", { chat: 2 });
  await assert.rejects(
    (async () => {
      for (let n = 0; n < 9; n += 1) await bot.api.sendMessage(2, `${n}`);
    })(),
    (error) => error.error_code === 429 && error.parameters.retry_after >= 1,
  );
});

await check("a blocked bot gets 403", async () => {
  await control("block", { chat: 2 });
  await assert.rejects(bot.api.sendMessage(2, "x"), (error) => error.error_code === 403);
});

await check("updates are polled, answered and clicked", async () => {
  let edited = "";
  let clicked = "";
  bot.on("edited_message:text", (context) => { edited = context.editedMessage.text; });
  bot.on("message:text", (context) =>
    context.reply("Hello", { reply_markup: new InlineKeyboard().text("Yes", "tok") }));
  bot.on("callback_query:data", async (context) => {
    clicked = context.callbackQuery.data;
    await context.answerCallbackQuery();
  });
  bot.start({ allowed_updates: ["message", "edited_message", "callback_query"] });
  const said = await control("say", { chat: 3, text: "hi" });
  const [answer] = await control("wait_for", { chat: 3, timeout: 30 });
  await control("edit", { chat: 3, message_id: said.message_id, text: "hi!" });
  await control("press", { chat: 3, message_id: answer.message_id, button: "Yes" });
  await until("edit and click", () => edited === "hi!" && clicked === "tok");
  await until("the answer to the click", async () => (await state()).answered_callbacks.length === 1);
  await bot.stop();
});

await check("a webhook gets its secret, and commands", async () => {
  const hooked = newBot();
  hooked.command("start", (context) => context.reply(`started by ${context.match}`));
  const secretToken = "a-secret";
  const server = createServer(webhookCallback(hooked, "http", { secretToken }));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  await hooked.api.setWebhook(url, { secret_token: secretToken });
  await control("say", { chat: 4, text: "/start spring" });
  await control("wait_for", { chat: 4, containing: "started by spring" });
  const forged = await fetch(url, { method: "POST", body: "{}" });
  assert.equal(forged.status, 401);
  await hooked.api.deleteWebhook();
});

finish();
