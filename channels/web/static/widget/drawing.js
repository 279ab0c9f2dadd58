// Builds elements. Text reaches the page through textContent only; there is no markup to inject.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  chat: ["M4 11.2C4 7.2 7.6 4 12 4s8 3.2 8 7.2-3.6 7.2-8 7.2c-.9 0-1.8-.1-2.6-.4L5 20l1.1-3.6C4.8 15.1 4 13.2 4 11.2Z", "M8.7 11.3h.01M12 11.3h.01M15.3 11.3h.01"],
  close: ["M6 9.5 12 15.5 18 9.5"],
  send: ["M12 19V5.5", "M6 11.2 12 5.2 18 11.2"],
  flame: ["M12 3.2c.6 3.4 4.6 5.2 4.6 9.6a4.6 4.6 0 0 1-9.2 0c0-1.9.9-3 1.9-3.9.2 1.3.8 2 1.5 2.3-.5-3 .1-5.8 1.2-8Z", "M8.8 20.4h6.4"],
  person: ["M12 11.6a3.7 3.7 0 1 0 0-7.4 3.7 3.7 0 0 0 0 7.4Z", "M5 19.8c.6-3.5 3.5-5.4 7-5.4s6.4 1.9 7 5.4"],
  link: ["M8 16 16 8", "M9.5 8H16v6.5"],
  clip: ["M19 11.5 12 18.6a4.6 4.6 0 0 1-6.6-6.4l7.3-7.4a3.1 3.1 0 0 1 4.4 4.3l-7.2 7.3a1.5 1.5 0 0 1-2.2-2.1l6.6-6.7"],
  cross: ["M7 7 17 17M17 7 7 17"],
  file: ["M7 3.8h6.5L18 8.3v11.9H7Z", "M13.2 4v4.6h4.6"],
  down: ["M12 5.5V18.5", "M6.5 13 12 18.5 17.5 13"],
};

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function drawIcon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const d of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

function isWebAddress(url) {
  try {
    return ["https:", "http:"].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}

function drawLink(url, label, newTab, ...children) {
  const attributes = { href: url, target: "_blank", rel: "noopener noreferrer" };
  const hint = make("span", { class: "hidden-text", text: ` (${newTab})` });
  return make("a", { ...attributes, class: "link" }, make("span", { text: label }), hint, ...children);
}

// Plain text with its lists, steps and web addresses, as paragraphs, lists and links.
function drawText(text, newTab) {
  const blocks = [];
  for (const line of text.split("\n")) {
    const [, bullet, item] = /^\s*(-|•|\d{1,2}[.)])\s+(.+)$/.exec(line) || [];
    const kind = !bullet ? "p" : /\d/.test(bullet) ? "ol" : "ul";
    const last = blocks[blocks.length - 1];
    if (kind === "p" && !line.trim()) blocks.push({ kind: "gap", lines: [] });
    else if (last && last.kind === kind) last.lines.push(item || line);
    else blocks.push({ kind, lines: [item || line], start: parseInt(bullet, 10) || 1 });
  }
  return blocks.filter((block) => block.kind !== "gap").map((block) => drawBlock(block, newTab));
}

function drawBlock({ kind, lines, start }, newTab) {
  if (kind === "p") return make("p", {}, ...drawLine(lines.join("\n"), newTab));
  const items = lines.map((line) => make("li", {}, ...drawLine(line, newTab)));
  return make(kind, { start: kind === "ol" && start > 1 ? start : null }, ...items);
}

function drawLine(line, newTab) {
  return line.split(/(https?:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?])/).map((piece, index) => {
    const link = index % 2 === 1 && isWebAddress(piece);
    return link ? drawLink(piece, piece, newTab) : document.createTextNode(piece);
  });
}

function isSameDay(one, other) {
  return one.toDateString() === other.toDateString();
}
