// Measures the contrast of every visible text in the widget against what lies behind it.
(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const blend = (top, below) => {
    const mixed = [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
    return [...mixed, 1];
  };
  const light = (color) => {
    const [r, g, b] = color.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const parent = (one) => one.parentElement || one.getRootNode().host || null;
  const behind = (element) => {
    const layers = [];
    for (let one = element; one; one = parent(one)) layers.push(read(getComputedStyle(one).backgroundColor));
    return layers.reverse().reduce((below, top) => blend(top, below), [255, 255, 255, 1]);
  };
  const fade = (element) => {
    let all = 1;
    for (let one = element; one; one = parent(one)) all *= Number(getComputedStyle(one).opacity);
    return all;
  };
  const root = document.getElementById("carehouse-chat").shadowRoot;
  const found = [];
  const measure = (element, color, text) => {
    const ground = behind(element);
    const outside = behind(parent(parent(element)));
    const faded = fade(element);
    const shown = blend([...ground.slice(0, 3), faded], outside);
    const ink = read(color);
    const drawn = blend([...ink.slice(0, 3), ink[3] * faded], blend(ground, outside));
    const [one, other] = [light(drawn), light(shown)].sort((a, b) => b - a);
    found.push({ text: text.slice(0, 30), className: element.className, ratio: (one + 0.05) / (other + 0.05) });
  };
  for (const element of root.querySelectorAll(".dialog *")) {
    if (!element.getClientRects().length || element.closest(".hidden-text")) continue;
    const own = [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim());
    if (own.length) measure(element, getComputedStyle(element).color, own[0].data);
    if (element.placeholder) measure(element, getComputedStyle(element, "::placeholder").color, element.placeholder);
  }
  return found;
})()
