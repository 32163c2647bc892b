// latchstring.js: a login in a browser, for any page. Two calls make a login:
//   location.assign(await begin("github", "https://app.example/callback.html"));      on the sign-in page
//   const {user, access, refresh} = await complete(new URLSearchParams(location.search));   on the page it comes back to
// Everything that fails throws Refused, whose message can be shown.

/// The endpoints' base, from <meta name="latchstring-mount" content="/auth">; a path or a whole URL.
export function mount() {
  const meta = document.querySelector('meta[name="latchstring-mount"]');
  return new URL((meta?.content ?? "/auth").replace(/\/+$/, ""), location.href).href.replace(/\/+$/, "");
}

export const providerUrl = (provider) => `${mount()}/o/${encodeURIComponent(provider)}/`;

/// Why something did not work. `status` is the HTTP status, 0 where no answer came.
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/// The text in an error answer: a bare JSON string, {"detail": text}, {"non_field_errors": [text]} or {field: [text]}.
export function errorText(body, status) {
  if (typeof body === "string" && body !== "") return body;
  if (body && typeof body === "object") {
    if (typeof body.detail === "string") return body.detail;
    const [field, texts] = Object.entries(body).find(([, value]) => Array.isArray(value)) ?? [];
    if (field) return (field === "non_field_errors" ? "" : `${field}: `) + texts.join(" ");
  }
  return `The server answered with status ${status} and no reason.`;
}

async function call(url, options = {}) {
  let answer;
  try {
    answer = await fetch(url, { credentials: "include", cache: "no-store", ...options });
  } catch {
    throw new Refused("No answer from the server.", 0);
  }
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(errorText(body, answer.status), answer.status);
  return body;
}

const postJson = (path, body) =>
  call(mount() + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

/// [{id, title, protocol, login_url}, ...]
export const providers = () => call(`${mount()}/o/`);

// Which login attempts this tab has begun: [{state, provider}, ...], newest last. No secret: the proof is a cookie that no script can read.
const key = "latchstring.begun";
const begun = () => {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
};

/// First half: the address to send the browser to. Only http and https, so that an answer can never run as javascript:.
export async function begin(provider, redirectUri) {
  const answer = await call(`${providerUrl(provider)}?${new URLSearchParams({ redirect_uri: redirectUri })}`);
  const url = new URL(answer.authorization_url);
  if (!["http:", "https:"].includes(url.protocol)) throw new Refused("The server named an address that is no web page.", 0);
  const state = url.searchParams.get("state") ?? "";
  sessionStorage.setItem(key, JSON.stringify([...begun(), { state, provider }].slice(-8)));
  return url.href;
}

/// The provider of the attempt that came back with `params`, if this tab began it; each attempt is given out once. Where a protocol carries
/// the state under another name (redirect_state, RelayState), its value is found all the same.
export function takeBegun(params) {
  const values = new Set(params.values());
  const attempts = begun();
  const found = attempts.find((a) => a.state !== "" && values.has(a.state)) ?? attempts.findLast((a) => a.state === "");
  sessionStorage.setItem(key, JSON.stringify(attempts.filter((a) => a !== found)));
  return found?.provider;
}

/// Second half: all that the provider sent along, in a form. Answers {user, access, refresh, token}.
export const finish = (provider, params) => call(providerUrl(provider), { method: "POST", body: new URLSearchParams(params) });

/// takeBegun and finish in one.
export async function complete(params) {
  const provider = takeBegun(params);
  if (!provider) throw new Refused("This tab has begun no such sign-in.", 0);
  return finish(provider, params);
}

export const refreshTokens = (refresh) => postJson("/jwt/refresh/", { refresh });
export const me = (access) => call(`${mount()}/users/me/`, { headers: { Authorization: `Bearer ${access}` } });
