// callback.js: where a provider sends the browser back to. Finishes the sign-in and shows what came of it.
import { advice } from "./advice.js";
import { firstRequest, secondRequest } from "./curl.js";
import { finish, me, providers, providerUrl, refreshTokens, takeBegun } from "./latchstring.js";
import { tokenView } from "./token.js";
import { copyable, el, problem, table } from "./view.js";

const byId = (id) => document.getElementById(id);
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

const pageUrl = () => new URL("callback.html", location.href).href;
const again = () => el("p", {}, el("a", { href: "index.html", class: "button" }, "Back to the sign-in page"));

const showFailure = (error) => show("Not signed in", problem(error.message, advice(error), "index.html"));

// ---- signed in ----------------------------------------------------------------------------------------------------------
function tokensSection(tokens) {
  const place = el("div", {});
  const said = el("p", { role: "status" });
  const draw = () => place.replaceChildren(tokenView("Access token", tokens.access), tokenView("Refresh token", tokens.refresh));
  const refresh = async (event) => {
    const button = event.currentTarget;
    button.setAttribute("aria-disabled", "true");
    try {
      Object.assign(tokens, await refreshTokens(tokens.refresh));
      draw();
      said.textContent = "New tokens are shown below. The old refresh token is used up.";
    } catch (error) {
      said.textContent = `${error.message} ${advice(error)}`;
    }
    button.setAttribute("aria-disabled", "false");
  };
  draw();
  return el("section", {}, el("h2", {}, "Tokens"),
    el("p", {}, "Send the access token to your API. When it has expired, the refresh token gets the next pair."),
    el("p", {}, el("button", { type: "button", onclick: refresh }, "Refresh the tokens")), said, place);
}

function requestsSection(provider) {
  const shape = new URLSearchParams([...params].map(([name]) => [name, "..."]));
  return el("section", {}, el("h2", {}, "The two requests"),
    el("p", {}, "This page and the one before it made them, bound to this browser by a cookie. From a shell a ",
      el("code", {}, "flow_verifier"), " takes the cookie's place: the first request sends its SHA-256 as ",
      el("code", {}, "flow_challenge"), ", the second one sends the verifier itself."),
    copyable("First request", firstRequest(providerUrl(provider), pageUrl())),
    el("p", {}, "Open the address that it prints in this browser and sign in. You come back to this page, which then shows the second ",
      "request with all values. Its shape is:"),
    el("pre", {}, el("code", {}, secondRequest(providerUrl(provider), shape))));
}

async function showSignedIn(provider, tokens) {
  const who = await me(tokens.access).then(
    (answer) => table("Answer of GET /users/me/", answer),
    (error) => problem(error.message, advice(error)));
  show(`Signed in as ${tokens.user}`, el("section", {}, el("h2", {}, "Who this is"), who), tokensSection(tokens),
    requestsSection(provider), again());
}

async function finishHere(provider) {
  byId("status").textContent = "Finishing the sign-in…";
  try {
    await showSignedIn(provider, await finish(provider, params));
  } catch (error) {
    showFailure(error);
  }
}

// ---- begun elsewhere: by a command line, or in another tab --------------------------------------------------------------
// It is not finished unasked: an attacker could have sent the visitor here to sign in as somebody else (RFC 9700 4.7).
async function showBegunElsewhere() {
  const list = await providers().catch(() => []);
  if (list.length === 0) return showFailure(new Error("This tab has begun no such sign-in."));
  const choice = el("select", {}, ...list.map((p) => el("option", { value: p.id }, p.title)));
  const line = el("div", {});
  const draw = () => line.replaceChildren(copyable("Second request", secondRequest(providerUrl(choice.value), params)));
  choice.addEventListener("change", draw);
  draw();
  show("One more step",
    el("p", {}, "You have signed in at the provider, for an attempt that this tab has not begun."),
    list.length > 1 ? el("p", {}, el("label", {}, "Provider ", choice)) : undefined,
    el("p", {}, "If you began it in a shell, finish it in the same shell, within a minute or so:"), line,
    el("p", {}, "If you began it in another tab of this browser, finish it here. If you began nothing, leave this page: ",
      "somebody may want you to use an account that is not yours."),
    el("p", {}, el("button", { type: "button", onclick: () => finishHere(choice.value) }, "Finish in this browser")), again());
}

const showNothing = () => show("Nothing to finish",
  el("p", {}, "A sign-in is finished once. This page was opened again, or by hand; the tokens that it showed were kept in its memory only."),
  again());

if ([...params].length === 0) {
  showNothing();
} else {
  const provider = takeBegun(params);
  if (provider) finishHere(provider);
  else if (params.has("error")) showFailure(new Error(params.get("error_description") || params.get("error")));
  else showBegunElsewhere();
}
