// Keeps words legible in whatever colours a site gives us, and tells its developers when we had to.

const TEXT_RATIO = 4.5; // WCAG 2.2, 1.4.3
const EDGE_RATIO = 3; // 1.4.11
const LEGIBLE = [
  ["--ink", ["--surface", "--ground", "--bubble", "--tint"], TEXT_RATIO],
  ["--quiet", ["--surface", "--ground", "--bubble"], TEXT_RATIO],
  ["--on-accent", ["--accent"], TEXT_RATIO],
  ["--accent-ink", ["--surface", "--ground", "--bubble", "--tint"], TEXT_RATIO],
  ["--alert", ["--surface", "--ground"], TEXT_RATIO],
  ["--person", ["--person-ground", "--ground"], TEXT_RATIO],
  ["--edge", ["--surface", "--bubble"], EDGE_RATIO],
];

class Theme {
  constructor(host) {
    this.host = host;
    this.probe = make("span", { hidden: true });
    host.shadowRoot.append(this.probe);
    this.canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    this.warned = new Set();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.check());
  }

  check() {
    LEGIBLE.forEach(([name]) => this.host.style.removeProperty(name));
    LEGIBLE.forEach((rule) => this.mend(...rule));
  }

  mend(name, groundNames, needed) {
    const grounds = groundNames.map((ground) => this.read(ground));
    const ink = this.read(name);
    const ratio = Math.min(...grounds.map((ground) => contrast(ink, ground)));
    if (ratio >= needed) return;
    const better = findLegible(ink, grounds, needed);
    if (better) this.host.style.setProperty(name, better);
    this.warn(name, groundNames, ratio.toFixed(1), better, needed);
  }

  warn(name, groundNames, ratio, better, needed) {
    const key = `${name} ${ratio}`;
    if (this.warned.has(key)) return;
    this.warned.add(key);
    const instead = better ? `The chat uses ${better} instead.` : "No colour would do on all of them.";
    console.warn(
      `Carehouse chat: ${name} has a contrast of ${ratio} to ${groundNames.join(", ")}; ` +
        `${needed} is needed. ${instead} See the --carehouse-… variables.`,
    );
  }

  // Whatever way a colour is written, a canvas turns it into three numbers.
  read(name) {
    this.probe.style.setProperty("color", `var(${name})`);
    this.canvas.clearRect(0, 0, 1, 1);
    this.canvas.fillStyle = getComputedStyle(this.probe).color;
    this.canvas.fillRect(0, 0, 1, 1);
    return [...this.canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  }
}

function findLegible(ink, grounds, needed) {
  for (let share = 0.05; share <= 1.001; share += 0.05) {
    for (const goal of [0, 255]) {
      const mixed = ink.map((part) => Math.round(part + (goal - part) * share));
      if (grounds.every((ground) => contrast(mixed, ground) >= needed)) return `rgb(${mixed.join(" ")})`;
    }
  }
  return null;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color) {
  const [r, g, b] = color.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
