// Taking files: by choosing, dropping or pasting. A file is kept as bytes, because whether they are text is a part of the check.

import { fromBase64, utf8 } from "./bytes.js";
import { element } from "./dom.js";
import { texts } from "./texts.js";

// fileIntake makes the card for one file. It calls onTaken with the bytes and how they came.
export function fileIntake(id, { title, hint }, onTaken) {
  const taken = element("p", { class: "taken small", hidden: true });
  const take = (bytes, name) => {
    taken.textContent = texts.taken(name, bytes.length);
    taken.hidden = false;
    onTaken(bytes, name);
  };
  const takeFile = async (file) => file && take(new Uint8Array(await file.arrayBuffer()), file.name);
  const input = element("input", {
    type: "file", id: `${id}-file`, accept: ".json,application/json",
    onchange: () => {
      takeFile(input.files[0]);
      input.value = ""; // so that the same file, when it has changed, can be chosen again
    },
  });
  const text = element("textarea", { "aria-label": title, spellcheck: "false", oninput: () => take(utf8(text.value), texts.pasted) });
  const form = element(
    "section", { class: "card", "aria-label": title },
    element("h2", {}, title), element("p", { class: "soft small" }, hint), taken,
    element("div", { class: "choose" }, input, element("label", { class: "button", for: input.id }, texts.choose)),
    element("details", { class: "small" }, element("summary", {}, texts.paste), text),
  );
  acceptDrops(form, takeFile);
  return { form, take };
}

function acceptDrops(form, takeFile) {
  const over = (isOver) => (event) => {
    event.preventDefault();
    form.classList.toggle("over", isOver);
  };
  form.addEventListener("dragover", over(true));
  form.addEventListener("dragleave", over(false));
  form.addEventListener("drop", (event) => {
    over(false)(event);
    takeFile(event.dataTransfer.files[0]);
  });
}

// embedded returns the bytes that came with the page, null if there are none.
export function embedded(id) {
  const text = document.getElementById(id).textContent.trim();
  return text === "" ? null : fromBase64(text);
}
