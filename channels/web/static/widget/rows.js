// The messages as rows of the log, each at its place. Panel is built on it.

const GROUP_MINUTES = 5;

class Rows {
  constructor(options, words) {
    Object.assign(this, words); // say, clock
    this.options = options;
    this.rows = [];
  }

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
    if (row.filesList) row.filesList.replaceWith(row.filesList = this.drawFiles(row.files));
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
    for (const image of (row.images || []).filter(({ url }) => isWebAddress(url))) {
      row.bubble.append(this.drawImage(image));
    }
    if ((row.files || []).length) row.bubble.append(row.filesList = this.drawFiles(row.files));
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

  // A picture that may not be loaded here, or is gone, becomes a link to it.
  drawImage({ url, label }) {
    const [newTab, words] = [this.say("newTab"), label || this.say("picture")];
    const image = make("img", {
      src: url, alt: words, loading: "lazy", decoding: "async", referrerpolicy: "no-referrer",
    });
    const link = make("a", { class: "picture", href: url, target: "_blank", rel: "noopener noreferrer" }, image,
      make("span", { class: "hidden-text", text: ` (${newTab})` }));
    const instead = () => link.replaceWith(this.drawLinks([{ url, label: words }]));
    image.addEventListener("error", instead, { once: true });
    return link;
  }

  drawFiles(files) {
    const all = files.map(({ name, size, state }) => {
      const gone = { gone: "fileGone", refused: "fileRefused" }[state];
      const note = gone ? this.say(gone) : size ? this.clock.size(size) : "";
      const words = [make("bdi", { text: name }), make("small", { text: note })];
      return make("li", {}, drawIcon("file"), make("span", {}, ...words));
    });
    return make("ul", { class: "files", "aria-label": this.say("sentFiles") }, ...all);
  }

  drawButtons(row) {
    const buttons = row.buttons.map((button) => make("button", {
      class: "choice", type: "button", text: button.title,
      onclick: (event) => {
        if (event.detail === 0) this.composer.focus();
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
    row.time.textContent = this.clock.time(new Date(row.created_at));
  }

  showDay(row, before) {
    const [at, now] = [new Date(row.created_at), new Date()];
    row.day.hidden = isSameDay(before ? new Date(before.created_at) : now, at);
    if (row.day.hidden) return;
    const near = isSameDay(at, now) ? "today" : isSameDay(at, new Date(now - 86400000)) ? "yesterday" : null;
    row.day.textContent = near ? this.say(near) : this.clock.day(at);
  }
}
