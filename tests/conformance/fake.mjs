// What every script here shares: the fake's address and controls, checks that print a line each.

import assert from "node:assert/strict";

export const { FAKE_URL, FAKE_TOKEN } = process.env;

/** Let somebody do something in the fake; the verbs are those of its Python class. */
export async function control(verb, given = {}) {
  const answer = await fetch(`${FAKE_URL}/_control/${verb}`, {
    method: "POST",
    body: JSON.stringify(given),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${verb}: ${body.error}`);
  return body.result;
}

export async function state() {
  return (await fetch(`${FAKE_URL}/_control/state`)).json();
}

/** Run one check and say that it held. */
export async function check(name, work) {
  await work();
  console.log(`ok ${name}`);
}

/** Wait until something holds. */
export async function until(what, holds) {
  const end = Date.now() + 30_000;
  while (!(await holds())) {
    assert(Date.now() < end, `in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** End the process once all that was checked held; servers that are still open do not matter. */
export function finish() {
  console.log("done");
  process.exit(0);
}
