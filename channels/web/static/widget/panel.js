// What the customer sees: launcher, dialog, log and composer. Knows nothing of the server.

const GROUP_MINUTES = 5;

class Panel {
  constructor(options, say, handlers) {
    this.options = options;
    this.say = say;
    this.on = handlers; // open(), close(), send(text), press(message, button, row), retry(item)
    this.rows = [];
    this.isOpen = false;
    this.build();
  }

  build() {
    const { options, say } = this;
    this.host = make("div", { id: "carehouse-chat", lang: options.language });
    if (options.theme !== "auto") this.host.setAttribute("data-theme", options.theme);
    const root = this.host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.badge = make("span", { class: "badge", "aria-hidden": "true", hidden: true });
    this.launcher = make("button", {
      class: "launcher", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false",
      "aria-label": say("open"), onclick: () => this.open(),
    }, drawIcon("chat"), this.badge);
    this.status = make("p", { class: "hidden-text", role: "status" });
    this.dialog = make("section", {
      class: "dialog", role: "dialog", tabindex: "-1", hidden: true, "aria-label": say("dialog"),
      onkeydown: (event) => this.mindKeys(event),
    }, this.buildHeader(), this.buildBanner(), this.buildLog(), this.buildComposer());
    root.append(this.launcher, this.dialog, this.status);
    document.body.append(this.host);
    this.narrow = matchMedia("(max-width: 480px)");
    this.narrow.addEventListener("change", () => this.mindModality());
    globalThis.visualViewport?.addEventListener("resize", () => this.mindKeyboard());
  }

  buildHeader() {
    const { options, say } = this;
    this.avatar = make("span", { class: "avatar", "aria-hidden": "true" }, drawIcon("flame"));
    this.subtitle = make("p", { class: "subtitle", text: say("byBot") });
    const close = make("button", {
      class: "close", type: "button", "aria-label": say("close"), title: say("close"),
      onclick: () => this.close(),
    }, drawIcon("close"));
    this.title = make("h2", { text: options.assistant });
    const names = make("div", { class: "names" }, this.title, this.subtitle);
    return make("header", {}, this.avatar, names, close);
  }

  buildBanner() {
    this.banner = make("p", { class: "banner", role: "status" });
    return this.banner;
  }

  buildLog() {
    const { say } = this;
    this.log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": say("log") });
    this.dots = make("span", { class: "dots" }, make("i"), make("i"), make("i"));
    this.typing = make("div", { class: "typing", hidden: true, "aria-hidden": "true" }, this.dots);
    this.jump = make("button", {
      class: "jump", type: "button", hidden: true, onclick: () => this.scrollToEnd(true),
    }, drawIcon("down"), make("span", { text: say("newMessages") }));
    this.below = make("div", { class: "below" });
    this.scroller = make("div", {
      class: "scroller", role: "group", "aria-label": say("log"), tabindex: "0", onscroll: () => this.mindScroll(),
    }, this.log, this.below, this.typing);
    // Whoever reads the end stays there, whatever grows, shrinks or appears.
    const keeper = new ResizeObserver(() => this.atEnd && this.scrollToEnd(false));
    [this.scroller, this.log, this.below, this.typing].forEach((one) => keeper.observe(one));
    this.atEnd = true;
    return make("div", { class: "middle" }, this.scroller, this.jump);
  }

  buildComposer() {
    const { options, say } = this;
    this.input = make("textarea", {
      id: "message", rows: "1", maxlength: "4000", placeholder: say("placeholder"),
      enterkeyhint: "send", autocomplete: "off", "aria-describedby": "left",
      oninput: () => this.mindInput(), onkeydown: (event) => this.mindEnter(event),
    });
    this.left = make("span", { class: "left", id: "left", "aria-live": "polite" });
    this.sendButton = make("button", { class: "send", type: "submit", "aria-label": say("send"), disabled: true },
      drawIcon("send"));
    const label = make("label", { for: "message", class: "hidden-text", text: say("label") });
    const box = make("div", { class: "box" }, label, this.input, this.sendButton);
    const note = make("p", { class: "note" }, make("span", { text: say("note") }));
    if (isWebAddress(options.privacy)) {
      note.append(" ", drawLink(options.privacy, say("privacy"), say("newTab")));
    }
    const form = make("form", { class: "composer" }, this.left, box, note);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    return form;
  }

  // ---- opening, closing, focus

  open() {
    if (this.isOpen) return;
    this.isOpen = true;
    this.dialog.hidden = false;
    this.launcher.hidden = true;
    this.launcher.setAttribute("aria-expanded", "true");
    this.mindModality();
    this.mindKeyboard();
    this.on.open();
    this.scrollToEnd(false);
    // On a touch screen focus in the field would throw up the keyboard over the conversation.
    (matchMedia("(pointer: coarse)").matches ? this.dialog : this.input).focus();
  }

  close() {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.dialog.hidden = true;
    this.launcher.hidden = false;
    this.launcher.setAttribute("aria-expanded", "false");
    document.documentElement.style.removeProperty("overflow");
    this.on.close();
    this.launcher.focus();
  }

  mindModality() {
    // Filling the screen it is modal; beside the page it leaves the page usable.
    const modal = this.isOpen && this.narrow.matches;
    this.dialog.setAttribute("aria-modal", String(modal));
    if (modal) document.documentElement.style.setProperty("overflow", "hidden");
    else document.documentElement.style.removeProperty("overflow");
  }

  mindKeyboard() {
    const viewport = globalThis.visualViewport;
    if (viewport) this.host.style.setProperty("--viewport", `${Math.round(viewport.height)}px`);
  }

  mindKeys(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && this.narrow.matches) {
      this.keepFocus(event);
    }
  }

  keepFocus(event) {
    const all = "button:not([disabled]):not([hidden]), textarea, a[href], [tabindex='0']";
    const stops = [...this.dialog.querySelectorAll(all)].filter((one) => one.getClientRects().length);
    const current = this.host.shadowRoot.activeElement;
    const [first, last] = [stops[0], stops[stops.length - 1]];
    if (event.shiftKey ? current === first || current === this.dialog : current === last) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
  }

  // ---- composing

  mindEnter(event) {
    const composing = event.isComposing || event.keyCode === 229; // half-typed Japanese, for one
    if (event.key === "Enter" && !event.shiftKey && !composing) {
      event.preventDefault();
      this.submit();
    }
  }

  mindInput() {
    this.sendButton.disabled = !this.input.value.trim();
    const left = this.input.maxLength - this.input.value.length;
    this.left.textContent = left < 300 ? this.say("left", { count: left }) : "";
    this.input.style.setProperty("height", "auto");
    this.input.style.setProperty("height", `${Math.min(this.input.scrollHeight, 132)}px`);
  }

  // What the customer has already typed stays.
  beginMessage(text) {
    if (this.input.value) return;
    this.input.value = text;
    this.mindInput();
    this.input.setSelectionRange(text.length, text.length);
  }

  submit() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.mindInput();
    this.on.send(text);
    this.input.focus();
  }

  // ---- what is said beside the messages

  showState({ typing, owner }) {
    const human = owner === "agent";
    this.title.textContent = human ? this.options.company : this.options.assistant;
    this.subtitle.textContent = this.say({ agent: "byAgent", queue: "byQueue" }[owner] || "byBot");
    if (this.avatar.dataset.owner !== owner) {
      this.avatar.dataset.owner = owner;
      this.avatar.replaceChildren(drawIcon(human ? "person" : "flame"));
    }
    if (this.typing.hidden !== typing) return;
    this.typing.hidden = !typing;
    this.status.textContent = typing && this.isOpen ? this.say(human ? "typingAgent" : "typing") : "";
  }

  showBanner(key) {
    const text = key ? this.say(key) : "";
    if (this.banner.textContent !== text) this.banner.textContent = text;
  }

  showUnread(count) {
    this.badge.hidden = !count;
    this.badge.textContent = count > 9 ? "9+" : String(count);
    const label = count ? this.say("openUnread", { count }) : this.say("open");
    this.launcher.setAttribute("aria-label", label);
  }

  announce(author) {
    const name = author === "agent" ? this.say("agent") : this.options.assistant;
    this.status.textContent = this.say("announced", { author: name });
  }

  showStarters(starters) {
    this.below.replaceChildren();
    if (!starters.length) return;
    const buttons = starters.map((text) =>
      make("button", { class: "choice", type: "button", text, onclick: (event) => this.pressStarter(event, text) }));
    const attributes = { class: "choices starters", role: "group", "aria-label": this.say("starters") };
    this.below.append(make("div", attributes, ...buttons));
  }

  pressStarter(event, text) {
    if (event.detail === 0) this.input.focus(); // by keyboard: the button is about to go
    this.on.send(text);
  }

  // ---- messages

  clear() {
    this.rows = [];
    this.log.replaceChildren();
  }

  // A row belongs at its seq; one the server has not confirmed yet stays at the end.
  addRow(message) {
    const row = { ...message, element: null };
    row.element = this.drawRow(row);
    this.place(row);
    return row;
  }

  // The server confirmed what was shown at once: keep the element, so nothing is read out twice.
  confirmRow(row, message) {
    const index = this.rows.indexOf(row);
    this.rows.splice(index, 1);
    Object.assign(row, message);
    row.element.dataset.id = row.id;
    this.showTime(row);
    row.body.replaceChildren(...drawText(row.text, this.say("newTab")));
    this.showSending(row, null);
    this.place(row);
    this.arrange(index);
  }

  place(row) {
    let index = this.rows.length;
    while (index > 0 && this.rows[index - 1].seq > row.seq) index -= 1;
    this.rows.splice(index, 0, row);
    const next = this.rows[index + 1]?.element || null;
    const placed = row.element.parentNode && row.element.nextSibling === next;
    if (!placed) this.log.insertBefore(row.element, next);
    this.arrange(index);
  }

  drawRow(row) {
    const { say } = this;
    row.day = make("p", { class: "day", hidden: true });
    row.name = make("p", { class: "name", text: this.nameAuthor(row.author) });
    row.body = make("div", { class: "text", dir: "auto" }, ...drawText(row.text, say("newTab")));
    row.bubble = make("div", { class: "bubble" }, row.body);
    const links = (row.links || []).filter((link) => isWebAddress(link.url));
    if (links.length) row.bubble.append(this.drawLinks(links));
    row.time = make("time", { datetime: row.created_at });
    this.showTime(row);
    row.sending = make("span", { class: "sending" });
    const foot = make("div", { class: "foot" }, row.time, row.sending);
    const element = make("div", { class: `row ${row.author}`, "data-id": row.id || null },
      row.day, row.name, row.bubble);
    if ((row.buttons || []).length) element.append(this.drawButtons(row));
    element.append(foot);
    return element;
  }

  nameAuthor(author) {
    const names = { customer: this.say("you"), agent: this.say("agent"), system: "" };
    return names[author] ?? this.options.assistant;
  }

  drawLinks(links) {
    const newTab = this.say("newTab");
    const all = links.map(({ url, label }) => make("li", {}, drawLink(url, label || url, newTab, drawIcon("link"))));
    return make("ul", { class: "links" }, ...all);
  }

  drawButtons(row) {
    const buttons = row.buttons.map((button) => make("button", {
      class: "choice", type: "button", text: button.title,
      onclick: (event) => {
        if (event.detail === 0) this.input.focus();
        this.on.press(row, button);
      },
    }));
    row.choices = make("div", { class: "choices" }, ...buttons);
    return row.choices;
  }

  // Marks which button of a row was pressed and switches all of them off; null switches them on.
  showPressed(row, title) {
    row.pressed = title;
    for (const button of row.choices?.children || []) {
      button.disabled = title !== null;
      button.classList.toggle("pressed", title !== null && button.textContent === title);
    }
  }

  showSending(row, item) {
    row.element.classList.toggle("unsent", Boolean(item));
    row.sending.replaceChildren();
    if (!item || item.state === "sent") return;
    if (item.state === "refused") row.sending.append(this.say("refused"));
    else if (item.attempts > 1 || (item.attempts === 1 && item.state === "waiting")) {
      const retry = make("button", {
        class: "retry", type: "button", text: this.say("tryAgain"), onclick: () => this.on.retry(item),
      });
      row.sending.append(make("span", { text: `${this.say("notSent")} – ` }), retry);
    } else row.sending.append(make("span", { class: "slow", text: this.say("sending") }));
  }

  // A row's company decides whether it begins or ends a group and whether a new day begins.
  arrange(index) {
    for (let at = Math.max(0, index - 1); at <= index + 1 && at < this.rows.length; at += 1) {
      const [before, row, after] = [this.rows[at - 1], this.rows[at], this.rows[at + 1]];
      row.element.classList.toggle("begins", !before || !this.belongsWith(before, row));
      row.element.classList.toggle("ends", !after || !this.belongsWith(row, after));
      this.showDay(row, before);
    }
  }

  belongsWith(one, other) {
    const apart = new Date(other.created_at) - new Date(one.created_at);
    return one.author === other.author && Math.abs(apart) < GROUP_MINUTES * 60000;
  }

  showTime(row) {
    const format = { hour: "numeric", minute: "2-digit" };
    row.time.textContent = new Date(row.created_at).toLocaleTimeString(this.options.dateLanguage, format);
  }

  showDay(row, before) {
    const [at, now] = [new Date(row.created_at), new Date()];
    row.day.hidden = isSameDay(before ? new Date(before.created_at) : now, at);
    if (row.day.hidden) return;
    const format = { weekday: "long", day: "numeric", month: "long" };
    const near = isSameDay(at, now) ? "today" : isSameDay(at, new Date(now - 86400000)) ? "yesterday" : null;
    row.day.textContent = near ? this.say(near) : at.toLocaleDateString(this.options.dateLanguage, format);
  }

  // ---- scrolling

  isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < 90;
  }

  mindScroll() {
    this.atEnd = this.isAtEnd();
    if (this.atEnd) this.jump.hidden = true;
  }

  scrollToEnd(smooth) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.jump.hidden = true;
    this.atEnd = true;
    const behavior = smooth && !calm ? "smooth" : "instant";
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior });
  }

  offerJump() {
    this.jump.hidden = false;
  }
}
