// signed_in.js: what the page to try latchstring with shows of a finished sign-in: who it is, the tokens, the two requests.
import { providerUrl } from "./api.js";
import { firstRequest, secondRequest } from "./curl.js";
import { renew, signOut, user } from "./latchstring.js";
import { t } from "./texts.js";
import { tokenView } from "./token.js";
import { busy, copyable, el, problem, table } from "./view.js";

function tokensSection(tokens) {
  const place = el("div", {});
  const said = el("div", { role: "status" });
  const draw = (now) => place.replaceChildren(tokenView(t("token.access"), now.access), tokenView(t("token.refresh"), now.refresh));
  const again = (event) => busy(event.currentTarget, async () => {
    try {
      draw(await renew());
      said.replaceChildren(el("p", {}, t("token.renewed")));
    } catch (error) {
      said.replaceChildren(problem(error));
    }
  });
  const leave = (event) => busy(event.currentTarget, async () => {
    try {
      await signOut();
      location.assign("index.html");
    } catch (error) {
      said.replaceChildren(problem(error));
    }
  });
  draw(tokens);
  return el("section", {}, el("h2", {}, t("token.title")), el("p", {}, t("token.what")),
    el("p", { class: "actions" }, el("button", { type: "button", onclick: again }, t("token.renew")),
      el("button", { type: "button", class: "plain", onclick: leave }, t("account.sign_out"))),
    said, place);
}

function requestsSection(provider, params) {
  const shape = new URLSearchParams([...params].map(([name]) => [name, "..."]));
  const page = new URL("callback.html", location.href).href;
  return el("section", {}, el("h2", {}, t("shell.two")), el("p", {}, t("shell.two_what")),
    copyable(t("shell.first"), firstRequest(providerUrl(provider), page)), el("p", {}, t("shell.then")),
    el("pre", {}, el("code", {}, secondRequest(providerUrl(provider), shape))));
}

/// `provider` is unknown where the page was opened again.
export async function showSignedIn(show, { provider, params, tokens, back }) {
  let who;
  let name = tokens.user;
  try {
    const answer = await user();
    name ??= answer?.username;
    who = table("GET /users/me/", answer ?? {});
  } catch (error) {
    who = problem(error);
  }
  show(t("callback.signed_in", { name: name ?? "" }), el("section", {}, el("h2", {}, t("callback.who")), who), tokensSection(tokens),
    provider && requestsSection(provider, params), back());
}
