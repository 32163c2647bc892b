// view.js: what all pages draw with. Text goes in as text only: nothing here can make markup out of what a server sent.
import { advice } from "./advice.js";
import { language, t } from "./texts.js";

export const byId = (id) => document.getElementById(id);

/// An element: el("p", {class: "x", onclick: f}, "text", otherElement). An attribute of undefined or false is left out.
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(key.replace(/^on/, ""), value);
    else if (value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== ""));
  return node;
}

/// A text to copy, with a button for it.
export function copyable(label, text) {
  const said = el("span", { role: "status" });
  const copy = async () => {
    const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    said.textContent = done ? t("common.copied") : t("common.select");
  };
  return el("figure", { class: "copyable" },
    el("figcaption", {}, el("span", {}, label),
      el("button", { type: "button", class: "small", "aria-label": t("common.copy_what", { what: label }), onclick: copy }, t("common.copy")), said),
    el("pre", {}, el("code", {}, text)));
}

/// A failure: what to do next, and what the server said. `again` is the address of "Try again"; none where there is nothing to try.
export function problem(error, again) {
  return el("div", { class: "problem" }, el("p", {}, advice(error)), el("p", { class: "said" }, el("q", { lang: "en" }, error.message)),
    again && el("p", {}, el("a", { href: again, class: "button" }, t("common.again"))));
}

/// A button's or form's work: while it lasts the button does nothing more. aria-disabled and not disabled: the focus stays where it is.
export async function busy(button, work) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    await work();
  } finally {
    button.setAttribute("aria-disabled", "false");
  }
}

/// Asks yes or no; true if yes. The dialog is the browser's own, so that keyboard and screen reader know it.
export function confirmed(text, yes) {
  const dialog = el("dialog", { "aria-label": text },
    el("form", { method: "dialog" }, el("p", {}, text),
      el("div", { class: "actions" }, el("button", { value: "" }, t("common.cancel")), el("button", { value: "yes", class: "strong" }, yes))));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(dialog.returnValue === "yes");
  }));
}

// ---- times ------------------------------------------------------------------------------------------------------------------
const units = (s) => (s < 90 ? [s, "second"] : s < 5400 ? [s / 60, "minute"] : s < 129600 ? [s / 3600, "hour"] : [s / 86400, "day"]);

/// "in 5 minutes", "yesterday", for seconds since 1970.
export function distance(seconds, now = Date.now() / 1000) {
  const [count, unit] = units(Math.abs(seconds - now));
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.sign(seconds - now) * Math.round(count), unit);
}

/// "24 Nov 2026, 15:04:05"
export const readableTime = (seconds) =>
  new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(seconds * 1000));

/// A time element: the distance, and the time itself to point at.
export const time = (seconds) =>
  el("time", { datetime: new Date(seconds * 1000).toISOString(), title: readableTime(seconds) }, distance(seconds));

/// Names and values of an object as a table; `explain` maps a name to what it means, `times` names those that are times.
export function table(caption, object, explain = {}, times = []) {
  const row = ([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const isTime = times.includes(name) && typeof value === "number";
    return el("tr", {}, el("th", { scope: "row" }, name, explain[name] && el("small", {}, explain[name])),
      el("td", {}, text, isTime ? el("small", {}, `${readableTime(value)} (${distance(value)})`) : undefined));
  };
  return el("table", {}, el("caption", {}, caption), el("tbody", {}, ...Object.entries(object).map(row)));
}
