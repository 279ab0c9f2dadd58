// Brings the parts together: what arrives, what is sent, what is unread. Starts at the end.

class Chat {
  constructor(options) {
    const say = makeSay(options.language, options);
    const words = { say, clock: makeClock(options.language, say) };
    this.options = options;
    this.say = say;
    this.store = new Store(new URL(options.base).origin, options.user);
    this.transport = new Transport(options.base, this.store, options.signature);
    this.transport.onSession = () => this.mindSession();
    this.transport.onForged = () => this.note("identityRefused");
    this.known = new Map(); // id of every shown message -> its row
    this.parked = [];
    this.panel = this.buildPanel(words);
    this.outbox = new Outbox(this.transport, {
      change: (item) => this.mindChange(item),
      sent: (item) => this.mindSent(item),
      lost: () => this.startAgain(),
    });
    this.connection = new Connection(this.transport, {
      batch: (messages, live) => this.takeBatch(messages, live),
      state: (state) => this.panel.showState(state),
      status: (name) => this.mindStatus(name),
      lost: () => this.startAgain(),
    });
    addEventListener("storage", (event) => this.mindOtherTab(event));
  }

  buildPanel(words) {
    const tray = new Tray(this.transport, words, {
      change: () => composer.mindContent(),
      announce: (text) => this.panel.tell(text),
      focus: () => composer.focus(),
      lost: () => this.startAgain(),
    });
    const composer = new Composer(this.options, tray, words, { send: (text, files) => this.sendMessage(text, files) });
    const desk = new Desk(this.transport, words.say, words.clock);
    this.tray = tray;
    return new Panel(this.options, words, { composer, desk }, {
      open: () => this.markRead(),
      close: () => this.countUnread(),
      send: (text) => this.sendMessage(text),
      press: (row, button) => this.press(row, button),
      retry: () => this.outbox.push(),
    });
  }

  start() {
    this.greet();
    this.outbox.resume((shown) => this.addOwn(shown));
    if (this.outbox.items.length) this.panel.showStarters([]);
    this.connection.run();
    if (this.options.open) this.panel.open();
    if (this.options.draft) this.panel.composer.begin(this.options.draft);
  }

  greet() {
    const greeting = this.store.value.greeting || this.options.greeting || this.say("greeting");
    const at = new Date().toISOString();
    this.greeting = this.panel.addRow({ seq: -1, author: "bot", text: greeting, created_at: at });
    this.greeting.element.classList.add("greeting");
    if (!this.store.token) this.panel.showStarters(this.options.starters);
  }

  // ---- sending

  sendMessage(text, files = []) {
    const content = { ...(text && { text }), ...(files.length && { files: files.map(({ sent }) => sent) }) };
    this.send(content, { text, files: files.map(({ shown }) => shown) });
  }

  send(content, shown, pressedRow = null) {
    this.panel.showStarters([]);
    const row = this.addOwn({ ...shown, created_at: new Date().toISOString() });
    this.outbox.add(content, row, pressedRow);
    this.panel.scrollToEnd(true);
  }

  addOwn(shown) {
    return this.panel.addRow({ files: [], ...shown, seq: Infinity, author: "customer" });
  }

  press(row, button) {
    this.panel.showPressed(row, button.title);
    this.send({ button: button.token }, { text: button.title }, row);
  }

  mindChange(item) {
    this.panel.showSending(item.row, item);
    if (item.state === "refused" && item.pressedRow) this.panel.showPressed(item.pressedRow, null);
  }

  mindSession() {
    const { greeting } = this.store.value;
    if (greeting) this.greeting.body.replaceChildren(...drawText(greeting, this.say("newTab")));
    this.connection.restart();
  }

  mindSent(item) {
    this.panel.showSending(item.row, item);
    this.takeBatch([], true);
  }

  // ---- arriving

  // The log's order is kept: while the server may hold a message of ours that we cannot recognise
  // yet, a customer's message, and all behind it, wait until we can.
  takeBatch(messages, live) {
    this.panel.log.setAttribute("aria-live", live ? "polite" : "off"); // history is not news
    const { atEnd } = this.panel;
    const fresh = [...this.parked, ...messages].filter((message) => !this.known.has(message.id));
    const stop = fresh.findIndex((message) => this.mustWait(message));
    this.parked = stop < 0 ? [] : fresh.slice(stop);
    const shown = (stop < 0 ? fresh : fresh.slice(0, stop)).filter((message) => this.show(message));
    if (shown.length) this.mindShown(shown, live, atEnd);
  }

  mustWait(message) {
    const ours = message.author === "customer" && !this.outbox.findSent(message.id);
    return ours && this.outbox.unsure;
  }

  show(message) {
    if (this.known.has(message.id)) return false;
    const item = message.author === "customer" ? this.outbox.findSent(message.id) : null;
    if (item) {
      this.outbox.remove(item);
      this.panel.confirmRow(item.row, message);
    }
    this.known.set(message.id, item ? item.row : this.panel.addRow(message));
    return true;
  }

  mindShown(shown, live, atEnd) {
    this.panel.showStarters([]);
    this.markPressed();
    const { isOpen } = this.panel;
    const last = shown[shown.length - 1];
    if (isOpen) this.markRead();
    else this.countUnread();
    if (live && !isOpen && last.author !== "customer") this.panel.announce(last.author);
    if (atEnd || !live) this.panel.scrollToEnd(live && isOpen);
    else if (last.author !== "customer") this.panel.offerJump();
  }

  // After a reload the log itself tells which buttons were pressed: their title was answered.
  markPressed() {
    const open = [];
    for (const row of this.panel.rows) {
      if (row.choices && !row.pressed) open.unshift(row);
      if (row.author !== "customer") continue;
      const asked = open.find((one) => one.buttons.some(({ title }) => title === row.text));
      if (!asked) continue;
      this.panel.showPressed(asked, row.text);
      open.splice(open.indexOf(asked), 1);
    }
  }

  // ---- read and unread

  get newestSeq() {
    return Math.max(0, ...[...this.known.values()].map((row) => row.seq));
  }

  markRead() {
    if (this.store.token && this.newestSeq > this.store.readSeq) {
      this.store.save({ readSeq: this.newestSeq });
    }
    this.panel.showUnread(0);
  }

  countUnread() {
    const rows = [...this.known.values()];
    const unread = rows.filter((row) => row.author !== "customer" && row.seq > this.store.readSeq);
    this.panel.showUnread(unread.length);
  }

  // ---- when things change around us

  mindStatus(name) {
    this.panel.showBanner(name === "online" ? null : name);
    if (name === "online") this.outbox.push();
  }

  startAgain() {
    this.store.forget();
    this.forgetShown();
    this.outbox.refuseFiles();
    this.note("gone");
    this.panel.showState({ typing: false, owner: "bot" });
    // If not now, then with the next message.
    this.transport.ensureSession().then(() => this.tray.uploadAgain()).catch(() => {});
  }

  note(key) {
    const at = new Date().toISOString();
    this.panel.addRow({ seq: 0, author: "system", text: this.say(key), created_at: at });
  }

  forgetShown() {
    const unsent = this.outbox.items.filter((item) => item.state !== "sent");
    this.outbox.items = unsent;
    this.known.clear();
    this.parked = [];
    this.panel.clear();
    this.greet();
    if (unsent.length) this.panel.showStarters([]);
    unsent.forEach((item) => this.panel.place(item.row));
    this.panel.showUnread(0);
  }

  // Somebody else is signed in to the shop now, or nobody any more: a chat of their own.
  identify(user = "", signature = "") {
    if (user === this.store.user) return;
    this.store.switchTo(user);
    this.transport.signature = signature;
    this.outbox.clear();
    this.tray.clear();
    this.forgetShown();
    this.panel.showState({ typing: false, owner: "bot" });
    this.connection.restart();
  }

  mindOtherTab(event) {
    if (event.key !== this.store.key) return;
    const before = this.store.token;
    this.store.value = this.store.read();
    if (this.store.token !== before) {
      this.forgetShown();
      this.connection.restart();
    } else if (!this.panel.isOpen) {
      this.countUnread();
    }
  }
}

function readOptions(script) {
  const data = script.dataset;
  const wanted = [data.lang, document.documentElement.lang, ...navigator.languages];
  return {
    base: new URL(".", script.src).href,
    language: chooseLanguage(wanted.filter(Boolean)),
    user: data.user || "",
    signature: data.signature || "",
    assistant: data.assistant || "Assistant",
    company: data.company || location.hostname,
    greeting: data.greeting || "",
    privacy: data.privacy ? new URL(data.privacy, location.href).href : "",
    starters: (data.starters || "").split("|").map((text) => text.trim()).filter(Boolean),
    theme: ["light", "dark"].includes(data.theme) ? data.theme : "auto",
    open: data.open === "true",
    draft: data.draft || "",
  };
}

if (!document.getElementById("carehouse-chat")) {
  const chat = new Chat(readOptions(document.currentScript));
  chat.start();
  globalThis.Carehouse = Object.freeze({
    open: () => chat.panel.open(),
    close: () => chat.panel.close(),
    identify: (user, signature) => chat.identify(user, signature),
  });
}
