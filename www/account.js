// account.js: the account page: who I am, how I can sign in, on which devices I am signed in, and the way out. By the session's cookie.
import { call, mount } from "./api.js";
import { deviceName } from "./device.js";
import { t } from "./texts.js";
import { busy, byId, confirmed, el, problem, time } from "./view.js";

const list = (section) => byId(section).querySelector("ul.rows");
const said = (section, ...nodes) => byId(section).querySelector(".said").replaceChildren(...nodes);
const leave = (path) => location.assign(mount() + path);

/// Work that a button or a form asks for. Whoever has been signed out meanwhile is sent to sign in again; every other failure stands where
/// it was caused.
const doing = (section, work) => (event) => {
  event.preventDefault();
  const button = event.submitter ?? event.currentTarget;
  return busy(button, async () => {
    said(section);
    try {
      const done = await work(button);
      if (done) said(section, el("p", {}, done));
    } catch (error) {
      if (error.status === 401) return leave("/account");  // which sends one to sign in, and back
      said(section, problem(error));
    }
  });
};

// ---- who I am ---------------------------------------------------------------------------------------------------------------
async function showProfile() {
  const me = await call("/users/me/");
  const fact = (name, value) => (value ? [el("dt", {}, name), el("dd", {}, value)] : []);
  byId("name").value = me.name;
  byId("facts").replaceChildren(...fact(t("account.username"), me.username), ...fact(t("account.email"), me.email));
}

byId("profile").querySelector("form").addEventListener("submit", doing("profile", async () => {
  await call("/users/me/", { method: "PATCH", body: { name: byId("name").value.trim() } });
  await showProfile();
  return t("account.saved");
}));

// ---- how I can sign in ------------------------------------------------------------------------------------------------------
const titles = new Map();
const titleOf = (provider) => titles.get(provider) ?? provider;

function identityRow(one, isLast) {
  const title = titleOf(one.provider);
  const remove = doing("identities", async () => {
    if (!(await confirmed(t("account.unlink_sure", { provider: title }), t("account.unlink")))) return undefined;
    await call(`/users/me/identities/${one.id}/`, { method: "DELETE" });
    await showIdentities();
    return t("account.unlinked", { provider: title });
  });
  return el("li", {},
    el("div", {}, el("strong", {}, title), el("span", {}, one.email || one.name || one.username || one.uid),
      el("small", {}, t("account.used"), " ", time(one.used)), isLast ? el("small", {}, t("account.last")) : undefined),
    isLast ? undefined
      : el("button", { type: "button", class: "small", "aria-label": t("account.unlink_what", { provider: title }), onclick: remove },
        t("account.unlink")));
}

async function showIdentities() {
  const [identities, providers] = await Promise.all([call("/users/me/identities/"), titles.size ? [] : call("/o/")]);
  for (const { id, title } of providers) titles.set(id, title);
  list("identities").replaceChildren(...identities.map((one) => identityRow(one, identities.length === 1)));
}

// ---- where I am signed in ---------------------------------------------------------------------------------------------------
function sessionRow(one) {
  const device = deviceName(one.user_agent) || t("account.device");
  const end = doing("sessions", async () => {
    await call(`/users/me/sessions/${one.id}/`, { method: "DELETE" });
    await showSessions();
    return t("account.ended", { device });
  });
  return el("li", {},
    el("div", {}, el("strong", {}, device), el("span", {}, titleOf(one.provider)),
      el("small", {}, t("account.since"), " ", time(one.created), " · ", t("account.used"), " ", time(one.used))),
    one.current ? el("em", {}, t("account.current"))
      : el("button", { type: "button", class: "small", "aria-label": t("account.end_what", { device }), onclick: end }, t("account.end")));
}

async function showSessions() {
  const sessions = await call("/users/me/sessions/");
  const current = sessions.filter((one) => one.current);
  list("sessions").replaceChildren(...[...current, ...sessions.filter((one) => !one.current)].map(sessionRow));
  byId("others").hidden = sessions.length < 2;
}

byId("others").addEventListener("click", doing("sessions", async () => {
  if (!(await confirmed(t("account.others_sure"), t("account.others")))) return undefined;
  await call("/users/me/sessions/", { method: "DELETE" });
  await showSessions();
  byId("sign-out").querySelector("button").focus();  // the button itself has gone
  return t("account.others_ended");
}));

// Signing out is a form, which works without a script too: the server says where to go from there, to the provider's own sign-out perhaps.
byId("everywhere").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await confirmed(t("account.everywhere_sure"), t("account.everywhere"))) event.target.submit();
});

// ---- the end ----------------------------------------------------------------------------------------------------------------
byId("deletion").querySelector("form").addEventListener("submit", doing("deletion", async () => {
  const { value, dataset } = byId("typed");
  if (value.trim() !== dataset.username) {
    byId("typed").focus();
    return t("account.delete_typo", { username: dataset.username });
  }
  await call("/users/me/", { method: "DELETE" });
  const title = el("h1", { tabindex: "-1" }, t("signed_out.deleted"));
  document.querySelector("main").replaceChildren(title, el("p", {}, t("signed_out.deleted_what")),
    el("p", {}, el("a", { class: "button plain", href: `${mount()}/account` }, t("common.back"))));
  title.focus();
  return undefined;
}));

// Each part shows itself; a part that fails says so in its place.
const show = (section, draw) => draw().catch((error) => {
  if (error.status === 401) return leave("/account");  // which sends one to sign in, and back
  return said(section, problem(error));
});
show("profile", showProfile);
show("identities", showIdentities).then(() => show("sessions", showSessions));  // the second shows titles that the first has asked for
