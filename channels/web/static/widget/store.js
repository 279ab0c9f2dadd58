// What survives a reload: the session's token and how far the customer has read.

class Store {
  constructor(origin) {
    this.key = `carehouse.chat ${origin}`;
    this.value = this.read();
  }

  read() {
    try {
      const value = JSON.parse(localStorage.getItem(this.key) || "{}");
      return value && typeof value.token === "string" ? value : {};
    } catch {
      return {}; // storage is switched off or was tampered with: the chat lasts as long as the page
    }
  }

  save(changes) {
    this.value = { ...this.value, ...changes };
    try {
      localStorage.setItem(this.key, JSON.stringify(this.value));
    } catch {
      // kept in memory
    }
  }

  forget() {
    this.value = {};
    try {
      localStorage.removeItem(this.key);
    } catch {
      // was never there
    }
  }

  get token() {
    return this.value.token || null;
  }

  get readSeq() {
    return Number(this.value.readSeq) || 0;
  }
}
