// The files of the message being written: chosen, dropped or pasted, uploaded at once, shown as
// chips that can be removed. A file that meets no connection waits for it.

const FILE_ERRORS = {
  empty: "fileEmpty", too_large: "fileTooLarge", kind: "fileKind", damaged: "fileDamaged", too_many: "fileTooMany",
};

class Tray {
  constructor(transport, words, handlers) {
    Object.assign(this, words); // say, clock
    this.transport = transport;
    this.on = handlers; // change(), announce(text), focus(), lost()
    this.items = [];
    this.picker = make("input", {
      type: "file", multiple: true, accept: LIMITS.types, class: "hidden-text", tabindex: "-1", "aria-hidden": "true",
      onchange: () => this.take([...this.picker.files]),
    });
    this.button = make("button", {
      class: "attach", type: "button", "aria-label": this.say("attach"), title: this.say("attach"),
      onclick: () => this.picker.click(),
    }, drawIcon("clip"));
    this.list = make("ul", { class: "tray", "aria-label": this.say("attached"), hidden: true });
    addEventListener("online", () => this.items.forEach((item) => item.state === "waiting" && this.upload(item)));
  }

  get isBusy() {
    return this.items.some((item) => item.state === "uploading" || item.state === "waiting");
  }

  get ready() {
    return this.items.filter((item) => item.state === "ready");
  }

  take(files) {
    this.picker.value = ""; // the same file may be chosen again
    const room = LIMITS.files - this.items.length;
    if (files.length > room) this.on.announce(this.say("mostFiles", { count: LIMITS.files }));
    files.slice(0, Math.max(0, room)).forEach((file) => this.add(file));
  }

  add(file) {
    const item = { file, state: "uploading", attempts: 0, share: 0, reference: null };
    this.items.push(item);
    this.drawItem(item);
    this.list.append(item.element);
    if (file.size > LIMITS.bytes) this.fail(item, "too_large");
    else if (!file.size) this.fail(item, "empty");
    else this.upload(item);
  }

  async upload(item) {
    clearTimeout(item.timer);
    item.attempts += 1;
    this.show(item, "uploading");
    item.abort = new AbortController();
    try {
      const options = { signal: item.abort.signal, progress: (share) => this.showProgress(item, share) };
      item.reference = (await this.transport.upload(item.file, options)).file;
      this.show(item, "ready");
      this.on.announce(this.say("uploaded", { name: item.file.name }));
    } catch (error) {
      if (item.state !== "removed") this.mind(item, error);
    }
  }

  mind(item, error) {
    if (error instanceof SessionLost) this.on.lost();
    if (error instanceof Refused || item.attempts > 8) return this.fail(item, error.reason || "lost");
    this.show(item, "waiting");
    const wait = error instanceof TryLater && error.seconds ? error.seconds * 1000 : backoff(item.attempts, 20000);
    item.timer = setTimeout(() => this.upload(item), wait);
    return null;
  }

  fail(item, reason) {
    item.why = this.say(FILE_ERRORS[reason] || "fileLost", { limit: this.clock.size(LIMITS.bytes) });
    item.canRetry = !FILE_ERRORS[reason] || reason === "too_many";
    this.show(item, "failed");
    this.on.announce(`${item.file.name}: ${item.why}`);
  }

  // Files are kept for the session they came in; a new session needs them anew.
  uploadAgain() {
    this.ready.forEach((item) => this.upload(item));
  }

  // Take what is ready out of the tray, as the message that is sent has it.
  collect() {
    const { ready } = this;
    ready.forEach((item) => this.forget(item));
    return ready.map(({ file, reference }) => ({
      sent: { file: reference, name: file.name.slice(0, 255), media_type: simplifyType(file.type) },
      shown: { name: file.name, size: file.size, kind: "document", state: "stored" },
    }));
  }

  remove(item) {
    const next = item.element.nextElementSibling?.querySelector(".remove");
    this.forget(item);
    if (next) next.focus();
    else this.on.focus();
  }

  forget(item) {
    item.state = "removed";
    clearTimeout(item.timer);
    item.abort?.abort();
    item.element.remove();
    this.items = this.items.filter((other) => other !== item);
    this.mindChange();
  }

  clear() {
    [...this.items].forEach((item) => this.forget(item));
  }

  mindChange() {
    this.list.hidden = !this.items.length;
    this.on.change();
  }

  // ---- drawing

  drawItem(item) {
    const { say } = this;
    const { name, size } = item.file;
    item.bar = make("progress", { max: "100", value: "0", "aria-label": say("uploading", { name }) });
    item.note = make("span", { class: "why" });
    item.retry = make("button", {
      class: "again", type: "button", text: say("tryAgain"), "aria-label": say("retryFile", { name }), hidden: true,
      onclick: () => this.upload(item),
    });
    const remove = make("button", {
      class: "remove", type: "button", "aria-label": say("removeFile", { name }), title: say("removeFile", { name }),
      onclick: () => this.remove(item),
    }, drawIcon("cross"));
    const title = make("span", { class: "title" }, make("bdi", { text: name }), ` (${this.clock.size(size)})`);
    const words = make("div", { class: "words" }, title, item.bar, item.note);
    item.element = make("li", {}, drawIcon("file"), words, item.retry, remove);
  }

  show(item, state) {
    item.state = state;
    item.element.className = state;
    item.bar.hidden = state !== "uploading";
    item.retry.hidden = !(state === "failed" && item.canRetry);
    const notes = { failed: item.why, waiting: this.say("uploadWaits"), ready: this.say("fileReady") };
    item.note.textContent = notes[state] || "";
    this.mindChange();
  }

  showProgress(item, share) {
    item.bar.value = Math.round(share * 100);
  }
}

function simplifyType(type) {
  const [plain] = type.split(";");
  return /^[\w.+-]{1,60}\/[\w.+-]{1,100}$/.test(plain) ? plain : "";
}
