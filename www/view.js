// view.js: what both pages draw with. Text goes in as text only: nothing here can make markup out of what a server sent.

/// An element: el("p", {class: "x", onclick: f}, "text", otherElement). An attribute of undefined or false is left out.
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(key.replace(/^on/, ""), value);
    else if (value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== undefined));
  return node;
}

/// A text to copy, with a button for it.
export function copyable(label, text) {
  const said = el("span", { role: "status" });
  const copy = async () => {
    const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    said.textContent = done ? "Copied." : "Select the text to copy it.";
  };
  return el("figure", { class: "copyable" },
    el("figcaption", {}, el("span", {}, label),
      el("button", { type: "button", class: "small", "aria-label": `Copy: ${label}`, onclick: copy }, "Copy"), said),
    el("pre", {}, el("code", {}, text)));
}

/// A failure and what to do next. `again` is the address of "Try again"; none where there is nothing to try.
export function problem(text, advice, again) {
  return el("div", { class: "problem" }, el("p", {}, el("strong", {}, text)), el("p", {}, advice),
    again && el("p", {}, el("a", { href: again, class: "button" }, "Try again")));
}

const minutes = (s) => (s < 90 ? [s, "second"] : s < 5400 ? [s / 60, "minute"] : s < 129600 ? [s / 3600, "hour"] : [s / 86400, "day"]);

/// "24 Nov 2026, 15:04:05 (in 5 minutes)" for seconds since 1970.
export function readableTime(seconds, now = Date.now() / 1000) {
  const [count, unit] = minutes(Math.abs(seconds - now));
  const distance = new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.sign(seconds - now) * Math.round(count), unit);
  const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" }).format(new Date(seconds * 1000));
  return `${when} (${distance})`;
}

/// Names and values of an object as a table; `explain` maps a name to what it means, `times` names those that are times.
export function table(caption, object, explain = {}, times = []) {
  const row = ([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const time = times.includes(name) && typeof value === "number";
    return el("tr", {}, el("th", { scope: "row" }, name, explain[name] && el("small", {}, explain[name])),
      el("td", {}, text, time ? el("small", {}, readableTime(value)) : undefined));
  };
  return el("table", {}, el("caption", {}, caption), el("tbody", {}, ...Object.entries(object).map(row)));
}
