// Where the customer writes: the field, its files and the send button.

class Composer {
  constructor(options, tray, words, handlers) {
    Object.assign(this, words); // say, clock
    this.options = options;
    this.tray = tray;
    this.on = handlers; // send(text, files)
    this.sendsWhenReady = false;
    this.build();
  }

  build() {
    const { options, say, tray } = this;
    this.input = make("textarea", {
      id: "message", rows: "1", maxlength: String(LIMITS.text), placeholder: say("placeholder"),
      enterkeyhint: "send", autocomplete: "off", "aria-describedby": "left", oninput: () => this.mindInput(),
      onkeydown: (event) => this.mindEnter(event), onpaste: (event) => this.mindPaste(event),
    });
    this.left = make("span", { class: "left", id: "left", "aria-live": "polite" });
    this.button = make("button", { class: "send", type: "submit", "aria-label": say("send"), disabled: true },
      drawIcon("send"));
    const label = make("label", { for: "message", class: "hidden-text", text: say("label") });
    const box = make("div", { class: "box" }, tray.button, tray.picker, label, this.input, this.button);
    const note = make("p", { class: "note" }, make("span", { text: say("note") }));
    if (isWebAddress(options.privacy)) {
      note.append(" ", drawLink(options.privacy, say("privacy"), say("newTab")));
    }
    this.element = make("form", { class: "composer" }, tray.list, this.left, box, note);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
  }

  focus() {
    this.input.focus();
  }

  mindEnter(event) {
    const composing = event.isComposing || event.keyCode === 229; // half-typed Japanese, for one
    if (event.key === "Enter" && !event.shiftKey && !composing) {
      event.preventDefault();
      this.submit();
    }
  }

  mindPaste(event) {
    const files = [...(event.clipboardData?.files || [])];
    if (!files.length) return;
    event.preventDefault();
    this.tray.take(files);
  }

  mindInput() {
    this.mindContent();
    const left = this.input.maxLength - this.input.value.length;
    this.left.textContent = left < 300 ? this.say("left", { count: left }) : "";
    this.input.style.setProperty("height", "auto");
    this.input.style.setProperty("height", `${Math.min(this.input.scrollHeight, 132)}px`);
  }

  // A message asked for while its files were on their way goes out when they have arrived.
  mindContent() {
    const { tray } = this;
    this.button.disabled = !this.input.value.trim() && !tray.ready.length && !tray.isBusy;
    if (!this.sendsWhenReady || tray.isBusy) return;
    this.sendsWhenReady = false;
    if (tray.ready.length === tray.items.length) this.submit();
  }

  // What the customer has already typed stays.
  begin(text) {
    if (this.input.value) return;
    this.input.value = text;
    this.mindInput();
    this.input.setSelectionRange(text.length, text.length);
  }

  submit() {
    const text = this.input.value.trim();
    if (this.tray.isBusy) {
      this.sendsWhenReady = true;
    } else if (text || this.tray.ready.length) {
      this.input.value = "";
      this.on.send(text, this.tray.collect());
      this.mindInput();
    }
    this.input.focus();
  }
}
