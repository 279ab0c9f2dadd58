// What the customer has sent and the server has not yet confirmed: in order, one at a time, each
// with the same client id however often it is tried, so that nothing is stored twice. It is written
// down until it is confirmed; a page that is loaded again goes on with it.

class Outbox {
  constructor(transport, handlers) {
    this.transport = transport;
    this.on = handlers; // change(item), sent(item), lost()
    this.items = [];
    this.busy = false;
    this.timer = 0;
    addEventListener("online", () => this.push());
  }

  // `row` is what shows the message; `pressedRow` the message whose button it was, if it was one.
  add(content, row, pressedRow = null) {
    const { text, files, created_at } = row;
    const item = {
      clientId: newClientId(), order: nextOrder(), content, shown: { text, files, created_at }, row, pressedRow,
      state: "waiting", attempts: 0, messageId: null,
    };
    this.items.push(item);
    this.transport.store.keepUnsent(item);
    this.push();
  }

  // Go on with what was written down; the server may have it already, and will say so.
  resume(draw) {
    for (const { clientId, order, content, shown } of this.transport.store.listUnsent()) {
      if (this.items.some((item) => item.clientId === clientId)) continue;
      this.items.push({
        clientId, order, content, shown, row: draw(shown), pressedRow: null,
        state: "waiting", attempts: 1, messageId: null,
      });
    }
    this.push();
  }

  // Files stay with the session they were uploaded in.
  refuseFiles() {
    for (const item of this.items.filter(({ content, state }) => content.files && state !== "sent")) {
      item.state = "refused";
      this.transport.store.dropUnsent(item.clientId);
      this.on.change(item);
    }
  }

  clear() {
    this.items = [];
    clearTimeout(this.timer);
  }

  // True while the server may hold a message of ours whose id we have not been told.
  get unsure() {
    return this.items.some((item) => item.state !== "refused" && item.attempts && !item.messageId);
  }

  findSent(messageId) {
    return this.items.find((item) => item.messageId === messageId) || null;
  }

  remove(item) {
    this.items = this.items.filter((other) => other !== item);
  }

  push() {
    clearTimeout(this.timer);
    if (!this.busy) this.work();
  }

  async work() {
    this.busy = true;
    let next;
    while ((next = this.items.find((item) => item.state === "waiting"))) {
      if (!(await this.attempt(next))) break;
    }
    this.busy = false;
  }

  async attempt(item) {
    item.state = "sending";
    item.attempts += 1;
    this.on.change(item);
    try {
      const answer = await this.transport.send({ client_id: item.clientId, ...item.content });
      item.state = "sent";
      item.messageId = answer.message_id;
      this.transport.store.dropUnsent(item.clientId);
      this.on.sent(item);
      return true;
    } catch (error) {
      return this.mind(item, error);
    }
  }

  mind(item, error) {
    item.state = error instanceof Refused ? "refused" : "waiting";
    if (item.state === "refused") this.transport.store.dropUnsent(item.clientId);
    if (error instanceof SessionLost) {
      item.attempts = 0; // nothing was stored; it goes into the new session
      this.on.lost();
      this.timer = setTimeout(() => this.push(), 300);
      return false;
    }
    this.on.change(item);
    if (item.state === "refused") return true;
    const wait = error instanceof TryLater && error.seconds !== null ? error.seconds * 1000 : null;
    this.timer = setTimeout(() => this.push(), wait ?? backoff(item.attempts, 20000));
    return false;
  }
}

let lastOrder = 0;

function nextOrder() {
  lastOrder = Math.max(Date.now(), lastOrder + 1);
  return lastOrder;
}

function newClientId() {
  if (crypto.randomUUID) return crypto.randomUUID(); // missing on plain http outside localhost
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
