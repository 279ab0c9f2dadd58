// What survives a reload: the session's token, whose it is, how far the customer has read, and what
// was written and has not been confirmed. The token of one user of the shop is never used for another.

class Store {
  constructor(origin, user) {
    this.key = `carehouse.chat ${origin}`;
    this.unsentKey = `carehouse.unsent ${origin} `;
    this.user = user;
    this.value = this.read();
    if (this.readAll(this.key).token && !this.value.token) this.forget();
    this.listUnsent().forEach((one) => one.user !== user && this.dropUnsent(one.clientId));
  }

  // What is stored, as long as it belongs to the user this page is for.
  read() {
    const value = this.readAll(this.key);
    return typeof value.token === "string" && (value.user || "") === this.user ? value : {};
  }

  readAll(key) {
    try {
      return JSON.parse(localStorage.getItem(key) || "{}") || {};
    } catch {
      return {}; // storage is switched off or was tampered with: the chat lasts as long as the page
    }
  }

  write(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // kept in memory
    }
  }

  save(changes) {
    this.value = { ...this.value, ...changes };
    this.write(this.key, this.value);
  }

  forget() {
    this.value = {};
    this.write(this.key, null);
  }

  // Another user: nothing of the one before stays.
  switchTo(user) {
    this.listUnsent().forEach((one) => this.dropUnsent(one.clientId));
    this.user = user;
    this.forget();
  }

  keepUnsent(item) {
    const { clientId, order, content, shown } = item;
    this.write(this.unsentKey + clientId, { clientId, order, content, shown, user: this.user });
  }

  dropUnsent(clientId) {
    this.write(this.unsentKey + clientId, null);
  }

  // What this page, another tab or the page before wrote, in its order.
  listUnsent() {
    let keys = [];
    try {
      keys = Object.keys(localStorage).filter((key) => key.startsWith(this.unsentKey));
    } catch {
      // storage is switched off
    }
    const found = keys.map((key) => this.readAll(key)).filter((one) => one.clientId && one.content && one.shown);
    return found.sort((one, other) => one.order - other.order);
  }

  get token() {
    return this.value.token || null;
  }

  get readSeq() {
    return Number(this.value.readSeq) || 0;
  }
}
