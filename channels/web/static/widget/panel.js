// What the customer sees: launcher, dialog and log, around the composer. Knows nothing of the server.

class Panel extends Rows {
  // `parts` are the composer, and the desk with when people answer.
  constructor(options, words, parts, handlers) {
    super(options, words);
    Object.assign(this, parts); // composer, desk
    this.on = handlers; // open(), close(), send(text), press(message, button, row), retry(item)
    this.isOpen = false;
    this.owner = null;
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
    }, this.buildHeader(), this.buildBanner(), this.desk.element, this.buildLog(), this.composer.element);
    this.acceptFiles();
    root.append(this.launcher, this.dialog, this.status);
    document.body.append(this.host);
    this.theme = new Theme(this.host);
    this.theme.check();
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
    return make("div", { class: "head" }, this.avatar, names, close);
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

  // ---- opening, closing, focus

  open() {
    if (this.isOpen) return;
    this.isOpen = true;
    this.dialog.hidden = false;
    this.launcher.hidden = true;
    this.launcher.setAttribute("aria-expanded", "true");
    this.mindModality();
    this.mindKeyboard();
    this.theme.check();
    this.desk.mindOpen(true);
    this.on.open();
    this.scrollToEnd(false);
    // On a touch screen focus in the field would throw up the keyboard over the conversation.
    (matchMedia("(pointer: coarse)").matches ? this.dialog : this.composer).focus();
  }

  close() {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.dialog.hidden = true;
    this.launcher.hidden = false;
    this.launcher.setAttribute("aria-expanded", "false");
    document.documentElement.style.removeProperty("overflow");
    this.desk.mindOpen(false);
    this.on.close();
    this.launcher.focus();
  }

  acceptFiles() {
    const isFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
    const mark = (on) => this.dialog.classList.toggle("dropping", on);
    this.dialog.addEventListener("dragover", (event) => {
      if (!isFiles(event)) return;
      event.preventDefault();
      mark(true);
    });
    this.dialog.addEventListener("dragleave", (event) => this.dialog.contains(event.relatedTarget) || mark(false));
    this.dialog.addEventListener("drop", (event) => {
      mark(false);
      if (!isFiles(event)) return;
      event.preventDefault();
      this.composer.tray.take([...event.dataTransfer.files]);
    });
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
    const all = "button:not([disabled]):not([hidden]), textarea, a[href], summary, [tabindex='0']";
    const stops = [...this.dialog.querySelectorAll(all)].filter((one) => one.getClientRects().length);
    const current = this.host.shadowRoot.activeElement;
    const [first, last] = [stops[0], stops[stops.length - 1]];
    if (event.shiftKey ? current === first || current === this.dialog : current === last) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
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
    if (this.typing.hidden === typing) {
      this.typing.hidden = !typing;
      this.tell(typing && this.isOpen ? this.say(human ? "typingAgent" : "typing") : "");
    }
    this.mindOwner(owner);
  }

  mindOwner(owner) {
    this.desk.mindOwner(owner);
    const key = owner === "agent" ? "joined" : this.owner === "agent" ? "botAgain" : "";
    const news = this.owner !== null && owner !== this.owner && owner !== "queue";
    this.owner = owner;
    if (news && key) this.tell(this.say(key));
  }

  // Read out by screen readers, seen by nobody.
  tell(text) {
    this.status.textContent = text;
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
    this.tell(this.say("announced", { author: name }));
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
    if (event.detail === 0) this.composer.focus(); // by keyboard: the button is about to go
    this.on.send(text);
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
