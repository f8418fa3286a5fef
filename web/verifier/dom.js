// Building the page. Text is only ever set as text, so that nothing in a document can become a part of the page.

const SVG = "http://www.w3.org/2000/svg";

// element makes an element of HTML. Attributes and children that are false or undefined are left out; other children are elements or
// text.
export const element = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);

// shape makes an element of SVG.
export const shape = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== false));
  return made;
}

const SIGNS = {
  good: ["M8 12.5l3 3 5.5-6"],
  warn: ["M12 7v6", "M12 16.5v.5"],
  bad: ["M8.5 8.5l7 7", "M15.5 8.5l-7 7"],
  none: ["M8 12h8"],
};

// sign is a picture of a state: good, warn, bad or none, with its name for who does not see it.
export function sign(state, name) {
  const strokes = SIGNS[state].map((d) => shape("path", { d, fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round" }));
  return shape(
    "svg", { class: `sign mark-${state}`, viewBox: "0 0 24 24", role: "img", "aria-label": name },
    shape("circle", { cx: 12, cy: 12, r: 10, fill: "none", stroke: "currentColor", "stroke-width": 2 }), strokes,
  );
}

export const card = (title, ...children) => element("section", { class: "card" }, element("h2", {}, title), ...children);
