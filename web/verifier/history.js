// The events shown, as a history: a chart of the mileage and a list, newest first.

import { mileageChart } from "./chart.js";
import { card, element } from "./dom.js";
import { locale, texts } from "./texts.js";

const PAGE = 200;

const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

// history makes the cards of the events.
export function history(events) {
  const sorted = events.map(({ view, signature, class: name }) => ({ view, signed: Boolean(signature), class: name, at: Date.parse(view.time) })).sort((a, b) => b.at - a.at);
  const chart = mileageChart(sorted.filter(({ view }) => view.odometer_metres !== undefined).reverse());
  const list = element("ol", { class: "timeline" });
  const more = element("button", { type: "button", class: "button plain", onclick: () => show() });
  const show = () => {
    list.append(...sorted.slice(list.children.length, list.children.length + PAGE).map(item));
    const left = sorted.length - list.children.length;
    more.textContent = texts.more(Math.min(left, PAGE));
    more.hidden = left === 0;
  };
  show();
  return [
    chart && card(texts.chartTitle, ...chart),
    sorted.length === 0
      ? card(texts.historyTitle, element("p", { class: "soft" }, texts.noEvents))
      : card(texts.historyTitle, element("p", { class: "soft" }, texts.historyLead), list, more),
  ];
}

function item({ view, signed, class: name, at }) {
  const kind = view.type.slice(view.type.lastIndexOf(".") + 1);
  return element(
    "li", {},
    element("div", { class: "head" },
      element("span", { class: "what" }, texts.kinds[kind] ?? kind),
      view.odometer_metres !== undefined && element("span", { class: "what" }, texts.kilometres(view.odometer_metres))),
    element("p", { class: "when" }, element("time", { datetime: view.time }, day.format(at)), ` · ${texts.from(view.member)}`),
    element("div", { class: "tags" },
      element("span", { class: "tag" }, texts.classes[name]),
      element("span", { class: "tag" }, texts.quality(view.quality.index)),
      signed && element("span", { class: "tag" }, texts.signedBySource),
      view.quality.inputs?.withdrawn && element("span", { class: "tag warn" }, texts.withdrawn)),
    element("details", {}, element("summary", { class: "small" }, texts.details), element("dl", { class: "fields" },
      pairs(view.data).concat([
        [texts.fields.id, view.id], [texts.fields.source, view.source], [texts.fields.received_at, view.received_at],
        [texts.fields.policy_version, view.quality.policy_version],
      ]).flatMap(([term, value]) => [element("dt", {}, term), element("dd", {}, value)]))),
  );
}

// pairs flattens an event's own fields into names and values, as the schema has them but for the spelling.
function pairs(data, prefix = "") {
  return Object.entries(data).flatMap(([name, value]) => {
    const label = `${prefix}${name.replaceAll("_", " ")}`;
    if (Array.isArray(value)) return value.flatMap((one, i) => (typeof one === "object" ? pairs(one, `${label} ${i + 1}: `) : [[label, plain(one)]]));
    return typeof value === "object" ? pairs(value, `${label}: `) : [[label, plain(value)]];
  });
}

// plain takes the prefix off a name of an enumeration, such as ODOMETER_UNIT_KILOMETRE.
const plain = (value) => String(value).replace(/^(?:[A-Z]+_UNIT|PROVENANCE|PART_KIND|SEVERITY|INSPECTION_(?:NATURE|RESULT))_/, "").replace(/^[A-Z_]+$/, (word) => word.toLowerCase().replaceAll("_", " "));
