// The mileage over time, as a picture. Where it goes down it says so: that is what a buyer looks for.

import { element, shape } from "./dom.js";
import { locale, texts } from "./texts.js";

const HEIGHT = 240;
const [LEFT, RIGHT, TOP, BOTTOM] = [80, 16, 12, 28];
const LINES = 4;
const MAX_POINTS = 1000;

// On a phone the picture is narrower, so that its letters stay readable.
const WIDTH = matchMedia("(max-width: 40rem)").matches ? 380 : 820;

const month = new Intl.DateTimeFormat(locale, { month: "short", year: "numeric", timeZone: "UTC" });

// mileageChart draws readings in the order of time, undefined if there are fewer than two.
export function mileageChart(readings) {
  if (readings.length < 2) return undefined;
  const points = thin(readings.map(({ at, view }) => ({ at, metres: Number(view.odometer_metres) })));
  const [from, to] = [points[0].at, points[points.length - 1].at];
  const most = niceCeiling(points.reduce((max, { metres }) => Math.max(max, metres), 1));
  const x = (at) => LEFT + ((WIDTH - LEFT - RIGHT) * (at - from)) / (to - from || 1);
  const y = (metres) => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * metres) / most;
  const place = ({ at, metres }) => `${x(at).toFixed(1)},${y(metres).toFixed(1)}`;
  const isFall = (_, i) => fallsAt(points, i);
  const falls = points.filter(isFall).length;
  const name = texts.chartName(points.length, month.format(from), month.format(to));
  return [
    shape("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": name },
      grid(most, y), dates(from, to),
      shape("polyline", { class: "line", points: points.map(place).join(" ") }),
      points.map((point, i) => isFall(point, i) && shape("polyline", { class: "line fall", points: `${place(points[i - 1])} ${place(point)}` })).filter(Boolean),
      points.map((point, i) => shape("circle", { class: isFall(point, i) ? "down" : "", cx: x(point.at).toFixed(1), cy: y(point.metres).toFixed(1), r: 4 },
        shape("title", {}, `${texts.kilometres(point.metres)}, ${month.format(point.at)}`)))),
    falls > 0 && element("p", { class: "mark-bad" }, texts.falls(falls)),
  ].filter(Boolean);
}

const fallsAt = (points, i) => i > 0 && points[i].metres < points[i - 1].metres;

// thin leaves points out of a long history, but never a fall.
function thin(points) {
  const step = Math.ceil(points.length / MAX_POINTS);
  return points.filter((_, i) => i % step === 0 || i === points.length - 1 || fallsAt(points, i) || (i + 1 < points.length && fallsAt(points, i + 1)));
}

function grid(most, y) {
  return Array.from({ length: LINES + 1 }, (_, i) => (most * i) / LINES).flatMap((metres) => [
    shape("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(metres), y2: y(metres) }),
    shape("text", { x: LEFT - 8, y: y(metres) + 4, "text-anchor": "end" }, texts.kilometres(metres)),
  ]);
}

const dates = (from, to) => [
  shape("text", { x: LEFT, y: HEIGHT - 8 }, month.format(from)),
  shape("text", { x: WIDTH - RIGHT, y: HEIGHT - 8, "text-anchor": "end" }, month.format(to)),
];

// niceCeiling rounds up to 1, 2, 4 or 8 times a power of ten, so that the lines of the grid are at round numbers.
function niceCeiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 4, 8, 10].find((factor) => factor * power >= value);
}
