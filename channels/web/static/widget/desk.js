// When people answer and how long that takes: asked of the server, shown where it matters.

const DESK_EVERY = 60000;

class Desk {
  constructor(transport, say, clock) {
    this.transport = transport;
    this.say = say;
    this.clock = clock;
    this.view = null;
    this.owner = "bot";
    this.open = false;
    this.line = make("p", { role: "status" });
    this.week = make("details", { hidden: true });
    this.element = make("div", { class: "desk" }, this.line, this.week);
    setInterval(() => this.matters && !document.hidden && this.refresh(), DESK_EVERY);
  }

  get matters() {
    return this.open && (this.owner === "queue" || this.view?.is_open === false);
  }

  mindOpen(open) {
    this.open = open;
    if (open) this.refresh();
  }

  mindOwner(owner) {
    if (owner === this.owner) return;
    this.owner = owner;
    this.draw();
    if (this.open && owner === "queue") this.refresh();
  }

  async refresh() {
    try {
      this.view = await this.transport.readDesk();
    } catch {
      // what we knew is still the best we know
    }
    this.draw();
  }

  draw() {
    const text = this.describe();
    if (this.line.textContent !== text) this.line.textContent = text;
    const wanted = Boolean(text && this.view?.week.length);
    if (wanted && !this.week.childElementCount) this.week.append(...this.drawWeek());
    this.week.hidden = !wanted;
  }

  describe() {
    const { say, clock, view, owner } = this;
    if (owner === "agent") return "";
    const waits = owner === "queue";
    if (!view) return waits ? say("waiting") : "";
    if (!view.is_open) {
      if (!view.opens_at) return say(waits ? "waitClosedLong" : "closedLong");
      return say(waits ? "waitClosed" : "closed", { time: clock.moment(new Date(view.opens_at)) });
    }
    if (!waits) return "";
    const known = view.wait_minutes !== null;
    const wait = known ? say("waitKnown", { wait: clock.span(view.wait_minutes) }) : say("waitUnknown");
    const until = view.closes_at ? say("until", { time: clock.time(new Date(view.closes_at)) }) : "";
    return `${wait} ${until}`.trim();
  }

  drawWeek() {
    const { say, clock, view } = this;
    const lines = [0, 1, 2, 3, 4, 5, 6].map((day) => {
      const spans = view.week.filter(([of]) => of === day);
      const times = spans.map(([, start, end]) => `${clock.minute(start)}–${clock.minute(end)}`);
      const what = make("dd", { text: times.join(", ") || say("closedDay") });
      return make("div", {}, make("dt", { text: clock.weekday(day) }), what);
    });
    const zone = make("p", { text: say("zone", { zone: view.time_zone.replace(/_/g, " ") }) });
    return [make("summary", { text: say("openingHours") }), make("dl", {}, ...lines), zone];
  }
}
