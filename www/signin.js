// signin.js: the page to try latchstring with: a button for each provider, and the first request for those who use a command line.
import { mount, providerUrl } from "./api.js";
import { firstRequest } from "./curl.js";
import { providers, signIn } from "./latchstring.js";
import { t } from "./texts.js";
import { byId, copyable, el, problem } from "./view.js";

const redirectUri = new URL("callback.html", location.href).href;
const buttons = () => byId("providers").querySelectorAll("button");

/// While a sign-in is under way no second one can be begun.
function busy(text) {
  byId("status").textContent = text;
  for (const button of buttons()) button.setAttribute("aria-disabled", String(text !== ""));
}

function fail(error) {
  busy("");
  byId("problem").replaceChildren(problem(error));
}

async function begin(provider, button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  byId("problem").replaceChildren();
  busy(t("signin.going", { provider: provider.title }));
  await signIn(provider.id, { redirectUri }).catch(fail);
}

function providerButton(provider) {
  const button = el("button", { type: "button", onclick: () => begin(provider, button) }, t("signin.with", { provider: provider.title }));
  return el("li", {}, button);
}

function showByHand(list) {
  const request = () => firstRequest(providerUrl(byId("which").value), redirectUri);
  const show = () => byId("first-request").replaceChildren(copyable(t("shell.first"), request()));
  byId("which").replaceChildren(...list.map((p) => el("option", { value: p.id }, p.title)));
  byId("which").addEventListener("change", show);
  show();
  byId("by-hand").hidden = false;
}

async function start() {
  byId("status").textContent = t("signin.asking");
  try {
    const list = await providers();
    busy("");
    if (list.length === 0) {
      byId("problem").append(el("div", { class: "problem" }, el("p", {}, el("strong", {}, t("signin.none"))), el("p", {}, t("signin.none_advice"))));
      return;
    }
    byId("providers").replaceChildren(...list.map(providerButton));
    showByHand(list);
  } catch (error) {
    fail(error);
  }
}

byId("login").href = `${mount()}/login?next=${encodeURIComponent(`${mount()}/account`)}`;
byId("account").href = `${mount()}/account`;
// A page that comes back from the browser's history is as it was left: with its buttons off.
addEventListener("pageshow", (event) => event.persisted && busy(""));
start();
