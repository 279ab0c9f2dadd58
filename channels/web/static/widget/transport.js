// Talks to the server: session, sending, history and the live connection that heals itself.

const SEND_TIMEOUT = 15000;
const SILENCE_LIMIT = 45000; // the server sends a heartbeat three times as often
const HIDDEN_LIMIT = 120000;

class SessionLost extends Error {}

class Refused extends Error {
  constructor(status, reason = "") {
    super(`refused with ${status}`);
    this.status = status;
    this.reason = reason;
  }
}

class TryLater extends Error {
  constructor(seconds) {
    super("try later");
    this.seconds = seconds;
  }
}

class Transport {
  constructor(base, store, signature) {
    this.base = base;
    this.store = store;
    this.signature = signature;
    this.minting = null;
    this.onSession = () => {}; // told of every new session
    this.onForged = () => {}; // told that the shop's sign-in was not confirmed
  }

  async ensureSession() {
    if (this.store.token) return;
    this.minting ||= this.mint().finally(() => (this.minting = null));
    await this.minting;
  }

  // Tabs that need a session at the same moment get the same one.
  mint() {
    if (!navigator.locks) return this.mintAlone(); // plain http: almost as good
    return navigator.locks.request(this.store.key, () => this.mintAlone());
  }

  async mintAlone() {
    if (this.adopt()) return;
    const session = await this.open();
    if (this.adopt()) return;
    const { user } = this.store;
    this.store.save({ token: session.token, readSeq: 0, greeting: session.greeting || "", user });
    this.onSession();
  }

  // Another tab may have been quicker.
  adopt() {
    const other = this.store.read();
    if (!other.token) return false;
    this.store.value = other;
    this.onSession();
    return true;
  }

  async open() {
    const { user } = this.store;
    const claimed = user && { body: JSON.stringify({ user, signature: this.signature }) };
    const headers = { "Content-Type": "application/json" };
    try {
      return await (await this.fetch("session", { method: "POST", ...claimed, headers }, null)).json();
    } catch (error) {
      if (!(error instanceof Refused) || !user) throw error;
      this.onForged(); // the chat goes on, but as nobody in particular
      return (await this.fetch("session", { method: "POST" }, null)).json();
    }
  }

  async send(body) {
    await this.ensureSession();
    const options = {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
    };
    const response = await this.fetch("messages", options, this.store.token);
    return response.json();
  }

  async readHistory(after) {
    const response = await this.fetch(`messages?after=${after}`, {}, this.store.token);
    return response.json();
  }

  async readDesk() {
    return (await this.fetch("desk", {}, null)).json();
  }

  // Only XMLHttpRequest tells how much of a body has left.
  async upload(file, { signal, progress }) {
    await this.ensureSession();
    const { token } = this.store;
    const request = new XMLHttpRequest();
    request.open("POST", `${this.base}files`);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name.slice(-120).toWellFormed?.() ?? "file"));
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    signal.addEventListener("abort", () => request.abort());
    await new Promise((resolve) => {
      request.onloadend = resolve;
      request.send(file);
    });
    if (request.status === 201) return JSON.parse(request.responseText);
    if (!request.status) throw new TryLater(null);
    const { reason } = readJson(request.responseText);
    if (reason) throw new Refused(request.status, reason);
    throw this.explain({ status: request.status, header: (name) => request.getResponseHeader(name) }, token);
  }

  async fetch(path, options, token, timeout = SEND_TIMEOUT) {
    const abort = new AbortController();
    const timer = timeout ? setTimeout(() => abort.abort(), timeout) : 0;
    options.signal?.addEventListener("abort", () => abort.abort());
    const headers = { ...options.headers, ...(token && { Authorization: `Bearer ${token}` }) };
    try {
      const all = { cache: "no-store", credentials: "omit", ...options };
      const response = await fetch(this.base + path, { ...all, headers, signal: abort.signal });
      if (!response.ok) {
        throw this.explain({ status: response.status, header: (name) => response.headers.get(name) }, token);
      }
      return response;
    } finally {
      clearTimeout(timer);
    }
  }

  explain({ status, header }, token) {
    if (status === 401) {
      const known = this.store.token === token; // else another call has dealt with it already
      return known ? new SessionLost() : new TryLater(0);
    }
    if (status === 408 || status === 429 || status >= 500) {
      return new TryLater(Number(header("Retry-After")) || null);
    }
    return new Refused(status);
  }
}

function readJson(text) {
  try {
    return JSON.parse(text) || {};
  } catch {
    return {};
  }
}

// Keeps a live connection while there is a session and somebody may be looking.
class Connection {
  constructor(transport, handlers) {
    this.transport = transport;
    this.on = handlers; // batch(messages, live), state(state), status(name), lost()
    this.cursor = 0;
    this.failures = 0;
    this.waker = null;
    addEventListener("online", () => this.mindOnline());
    addEventListener("offline", () => this.on.status("offline"));
    document.addEventListener("visibilitychange", () => this.mindVisibility());
  }

  async run() {
    for (;;) {
      if (!this.transport.store.token || this.sleeping) await this.pause(null);
      else await this.stay();
    }
  }

  async stay() {
    try {
      await this.catchUp();
      this.on.status("online");
      await this.follow();
    } catch (error) {
      this.failures += 1;
      if (error instanceof SessionLost) this.on.lost();
      if (error instanceof TryLater && error.seconds) return this.pause(error.seconds * 1000);
    }
    if (this.failures > 1 || !navigator.onLine) {
      this.on.status(navigator.onLine ? "reconnecting" : "offline");
    }
    return this.pause(backoff(this.failures, 15000));
  }

  async catchUp() {
    for (;;) {
      const page = await this.transport.readHistory(this.cursor);
      this.on.batch(page.messages, false);
      this.on.state(page);
      this.cursor = Math.max(this.cursor, page.cursor);
      if (!page.more) return;
    }
  }

  async follow() {
    this.abort = new AbortController();
    const { signal } = this.abort;
    const options = { signal, headers: { Accept: "text/event-stream" } };
    const { token } = this.transport.store;
    const path = `stream?after=${this.cursor}`;
    const response = await this.transport.fetch(path, options, token, 0);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const watchdog = setTimeout(() => this.abort.abort(), SILENCE_LIMIT);
      const { value, done } = await reader.read().finally(() => clearTimeout(watchdog));
      if (done) return;
      this.failures = 0;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      events.forEach((event) => this.take(event));
    }
  }

  take(text) {
    const fields = { event: "message", data: "" };
    for (const line of text.split("\n")) {
      const colon = line.indexOf(": "); // a line may hold any character, so no pattern for it
      if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 2);
    }
    if (fields.data) {
      const data = JSON.parse(fields.data);
      if (fields.event === "message") this.on.batch([data], true);
      else if (fields.event === "state") this.on.state(data);
    }
    if (fields.id) this.cursor = Math.max(this.cursor, Number(fields.id) || 0);
  }

  mindOnline() {
    if (!this.transport.store.token) this.on.status("online");
    this.abort?.abort(); // what was open may be dead without knowing it; resuming is cheap
    this.wake();
  }

  mindVisibility() {
    clearTimeout(this.hiding);
    if (document.hidden) {
      // A browser allows few connections to one server; a tab nobody sees gives its own back.
      this.hiding = setTimeout(() => {
        this.sleeping = true;
        this.abort?.abort();
      }, HIDDEN_LIMIT);
    } else if (this.sleeping) {
      this.sleeping = false;
      this.wake();
    }
  }

  restart() {
    this.cursor = 0;
    this.abort?.abort();
    this.wake();
  }

  wake() {
    this.waker?.();
  }

  pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = milliseconds === null ? 0 : setTimeout(resolve, milliseconds);
      this.waker = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function backoff(failures, cap) {
  return Math.min(cap, 400 * 2 ** Math.min(failures, 10)) * (0.7 + Math.random() * 0.6);
}
