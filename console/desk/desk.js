// Small things only the browser can do: times that move, drafts that stay, scrolling to the end.
(() => {
  const MINUTE = 60000;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;

  const span = (ms) => {
    if (ms < MINUTE) return "now";
    if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
    if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
    return `${Math.floor(ms / DAY)} d`;
  };

  const clock = (at) => {
    const time = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    const today = at.toDateString() === new Date().toDateString();
    return today ? time : `${at.toLocaleDateString([], { day: "numeric", month: "short" })} ${time}`;
  };

  class Moment extends HTMLElement {
    static observedAttributes = ["at", "kind"];
    connectedCallback() {
      this.shadowRoot || this.attachShadow({ mode: "open" });
      this.draw();
      this.timer = setInterval(() => this.draw(), 10000);
    }
    disconnectedCallback() { clearInterval(this.timer); }
    attributeChangedCallback() { if (this.shadowRoot) this.draw(); }
    draw() {
      const at = new Date(this.getAttribute("at"));
      if (isNaN(at)) return;
      const kind = this.getAttribute("kind");
      const past = Date.now() - at.getTime();
      let text = clock(at);
      if (kind === "ago") text = span(past);
      if (kind === "day")
        text = at.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" });
      if (kind === "due") {
        text = past >= 0 ? `${span(past) === "now" ? "just" : span(past)} overdue` : `due in ${span(-past)}`;
        if (past < 0 && -past < MINUTE) text = "due now";
        this.toggleAttribute("late", past >= 0);
        this.toggleAttribute("soon", past < 0 && -past < 10 * MINUTE);
      }
      this.title = at.toLocaleString();
      if (this.shadowRoot.textContent !== text) this.shadowRoot.textContent = text;
    }
  }
  customElements.define("ch-time", Moment);

  const PREFIX = "carehouse-draft:";
  document.addEventListener("input", (event) => {
    const name = event.target?.dataset?.draft;
    if (!name) return;
    if (event.target.value) localStorage.setItem(PREFIX + name, event.target.value);
    else localStorage.removeItem(PREFIX + name);
  });

  // Who signs out leaves no drafts behind; what other pages of this site keep stays.
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") !== "/logout") return;
    const drafts = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
    drafts.forEach((name) => localStorage.removeItem(name));
  });

  window.CH = {
    readDraft: (name) => localStorage.getItem(PREFIX + name) || "",
    dropDraft: (name) => localStorage.removeItem(PREFIX + name),
    toEnd(always) {
      const place = document.querySelector(".talk-scroll");
      if (!place) return;
      const near = place.scrollHeight - place.scrollTop - place.clientHeight < 240;
      if (always || near) requestAnimationFrame(() => { place.scrollTop = place.scrollHeight; });
    },
  };
})();
