// callback.js: where a provider sends the browser back to. Finishes the sign-in and shows what came of it.
import { providerUrl, Refused } from "./api.js";
import { secondRequest } from "./curl.js";
import { finish, providers, renew, takeBegun } from "./latchstring.js";
import { showSignedIn } from "./signed_in.js";
import { t } from "./texts.js";
import { byId, copyable, el, problem } from "./view.js";

const params = new URLSearchParams(location.search);
// Before anything else: code and state leave the address bar, so that no reload, bookmark, copied link or later request holds them.
history.replaceState(null, "", location.pathname);

/// The page's new content. The heading takes the focus, so that a screen reader begins there.
function show(title, ...content) {
  document.title = title;
  byId("title").textContent = title;
  byId("status").textContent = "";
  byId("result").replaceChildren(...content.filter((node) => node !== undefined));
  byId("title").focus();
}

const back = () => el("p", {}, el("a", { href: "index.html", class: "button plain" }, t("common.back")));
const showFailure = (error) => show(t("callback.not_signed_in"), problem(error, "index.html"));

async function finishHere(provider) {
  byId("status").textContent = t("callback.finishing");
  try {
    const tokens = await finish(provider, params);
    await showSignedIn(show, { provider, params, tokens, back });
  } catch (error) {
    showFailure(error);
  }
}

// ---- begun elsewhere: by a command line, or in another tab --------------------------------------------------------------
// It is not finished unasked: an attacker could have sent the visitor here to sign in as somebody else (RFC 9700 4.7).
async function showBegunElsewhere() {
  const list = await providers().catch(() => []);
  if (list.length === 0) return showFailure(new Refused("This tab has begun no such sign-in.", 0));
  const choice = el("select", {}, ...list.map((p) => el("option", { value: p.id }, p.title)));
  const line = el("div", {});
  const draw = () => line.replaceChildren(copyable(t("shell.second"), secondRequest(providerUrl(choice.value), params)));
  choice.addEventListener("change", draw);
  draw();
  show(t("elsewhere.title"), el("p", {}, t("elsewhere.what")),
    list.length > 1 ? el("p", {}, el("label", {}, t("shell.provider"), " ", choice)) : undefined,
    el("p", {}, t("elsewhere.shell")), line, el("p", {}, t("elsewhere.tab")),
    el("p", {}, el("button", { type: "button", onclick: () => finishHere(choice.value) }, t("elsewhere.finish"))), back());
}

// ---- opened again, or by hand -------------------------------------------------------------------------------------------
async function showAsItIs() {
  const tokens = await renew().catch(() => undefined);
  if (tokens) return showSignedIn(show, { params, tokens, back });
  show(t("callback.nothing"), el("p", {}, t("callback.nothing_what")), back());
}

if ([...params].length === 0) {
  showAsItIs();
} else {
  const attempt = takeBegun(params);
  if (attempt) finishHere(attempt.provider);
  else if (params.has("error")) showFailure(new Refused(params.get("error_description") || params.get("error"), 400));
  else showBegunElsewhere();
}
