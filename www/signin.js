// signin.js: the sign-in page: a button for each provider, and the first request for those who use a command line.
import { advice } from "./advice.js";
import { firstRequest } from "./curl.js";
import { begin, providers, providerUrl } from "./latchstring.js";
import { copyable, el, problem } from "./view.js";

const redirectUri = new URL("callback.html", location.href).href;
const byId = (id) => document.getElementById(id);
const buttons = () => byId("providers").querySelectorAll("button");

/// While a sign-in is under way no second one can be begun. aria-disabled and not disabled: the focus stays where it is.
function busy(text) {
  byId("status").textContent = text;
  for (const button of buttons()) button.setAttribute("aria-disabled", String(text !== ""));
}

function fail(error) {
  busy("");
  byId("problem").replaceChildren(problem(error.message, advice(error)));
}

async function signIn(provider, button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  byId("problem").replaceChildren();
  busy(`Going to ${provider.title}…`);
  try {
    location.assign(await begin(provider.id, redirectUri));
  } catch (error) {
    fail(error);
  }
}

function providerButton(provider) {
  const button = el("button", { type: "button", onclick: () => signIn(provider, button) }, `Continue with ${provider.title}`);
  return el("li", {}, button);
}

function showByHand(list) {
  const request = () => firstRequest(providerUrl(byId("which").value), redirectUri);
  const show = () => byId("first-request").replaceChildren(copyable("First request", request()));
  byId("which").replaceChildren(...list.map((p) => el("option", { value: p.id }, p.title)));
  byId("which").addEventListener("change", show);
  show();
  byId("by-hand").hidden = false;
}

async function start() {
  try {
    const list = await providers();
    byId("status").textContent = "";
    if (list.length === 0) {
      byId("problem").append(problem("No provider is enabled yet.", "Add a stanza such as [providers.google-oauth2] with a client_id to " +
        "latchstring.toml. The command `latchstring providers` lists the names."));
      return;
    }
    byId("providers").replaceChildren(...list.map(providerButton));
    showByHand(list);
  } catch (error) {
    fail(error);
  }
}

// A page that comes back from the browser's history is as it was left: with its buttons off.
addEventListener("pageshow", (event) => event.persisted && busy(""));
start();
