// latchstring.js: login for any page, in a few calls. Types: latchstring.d.ts.
//   import { signIn, complete, fetch, user, signOut } from "/auth/www/latchstring.js";
//   await signIn("github", { redirectUri: "https://app.example/cb" });   // goes to the provider, which sends the browser to /cb
//   await complete();                                                    // on /cb: signed in, in every tab
//   const answer = await fetch("/api/things");                           // with an access token, renewed when it has expired
//   await signOut();
// With {next: "/path"} instead of redirectUri the server does it all, with a cookie that no script can read, and complete() is not needed.
//
// Where tokens are kept: the access token in memory, the refresh token in localStorage (see configure). localStorage lets all tabs share one
// session and survives a restart; any script on this origin could read it, as it could read whatever else the page can use. A stolen refresh
// token works once at most before the session ends (rotation); a cookie (`next`) cannot be stolen by scripts at all. A page that runs scripts
// of others should use `next`, or storage "memory".
import { call, mount, providerUrl, read, Refused, setMount } from "./api.js";
import { Keeper } from "./keeper.js";

export { Refused };

const settings = { storage: "local", apis: [] };
let keeper;
const kept = () => (keeper ??= new Keeper(settings.storage));

export function configure({ mount: base, storage, apis } = {}) {
  if (base !== undefined) setMount(base);
  if (storage !== undefined && !["local", "session", "memory"].includes(storage)) throw new TypeError(`storage "${storage}" is not known`);
  settings.storage = storage ?? settings.storage;
  settings.apis = (apis ?? settings.apis).map((url) => new URL(url, location.href).origin);
  keeper?.close();
  keeper = undefined;
}

// ---- signing in -------------------------------------------------------------------------------------------------------------
// Which attempts this tab has begun: [{state, provider, next}], newest last. No secret: the proof is a cookie that no script can read.
const key = "latchstring.begun";
const begun = () => {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
};
const remember = (attempts) => sessionStorage.setItem(key, JSON.stringify(attempts.slice(-8)));

export const providers = () => call("/o/");

export async function signIn(provider, { redirectUri, next } = {}) {
  if (redirectUri === undefined) {
    location.assign(`${providerUrl(provider)}login?${new URLSearchParams({ next: next ?? location.pathname + location.search })}`);
    return;
  }
  const answer = await read(globalThis.fetch(`${providerUrl(provider)}?${new URLSearchParams({ redirect_uri: redirectUri })}`,
    { credentials: "include", cache: "no-store" }));
  const url = new URL(answer.authorization_url);  // only a web page, so that no answer can run as javascript:
  if (!["http:", "https:"].includes(url.protocol)) throw new Refused("The server named an address that is no web page.", 0);
  remember([...begun(), { state: url.searchParams.get("state") ?? "", provider, next }]);
  location.assign(url.href);
}

/// The state inside a signed answer (JARM), whose signature the server checks: here it only tells which attempt this is.
function stateIn(response) {
  try {
    return JSON.parse(atob(response.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).state;
  } catch {
    return undefined;
  }
}

/// The attempt that came back with `params`, if this tab began it; each is given out once. Where a protocol carries the state under another
/// name (redirect_state, RelayState), its value is found all the same.
export function takeBegun(params) {
  const values = new Set([...params.values(), stateIn(params.get("response"))]);
  const attempts = begun();
  const found = attempts.find((a) => a.state !== "" && values.has(a.state)) ?? attempts.findLast((a) => a.state === "");
  remember(attempts.filter((a) => a !== found));
  return found;
}

export async function finish(provider, params) {
  const tokens = await call(`/o/${encodeURIComponent(provider)}/`, { method: "POST", body: new URLSearchParams(params) });
  kept().put(tokens);
  return tokens;
}

export async function complete(params = new URLSearchParams(location.search)) {
  const attempt = takeBegun(params);
  // Code and state leave the address bar, so that no reload, bookmark or copied link holds them.
  if (location.search !== "") history.replaceState(history.state, "", location.pathname);
  if (!attempt) throw new Refused(params.get("error_description") ?? "This tab has begun no such sign-in.", 0);
  return { ...(await finish(attempt.provider, params)), next: attempt.next };
}

// ---- signed in ----------------------------------------------------------------------------------------------------------------
export const accessToken = () => kept().access();
export const renew = async () => {
  const access = await kept().renew();
  return access && { access, refresh: kept().refreshToken() };
};
export const onChange = (listener) => kept().onChange(listener);

/// The token goes to this page's origin, to latchstring's and to those that configure() was told, and to nobody else.
function guard(url) {
  const { origin } = new URL(url);
  if (origin !== location.origin && origin !== new URL(mount()).origin && !settings.apis.includes(origin)) {
    throw new Refused(`${origin} is to get no token: name it in configure({ apis: [...] }).`, 0);
  }
}

const withToken = (request, token) => {
  if (token) request.headers.set("Authorization", `Bearer ${token}`);
  return globalThis.fetch(request);
};

export async function fetch(input, init) {
  const request = new Request(input, init);
  guard(request.url);
  const token = await kept().access();
  const answer = await withToken(request.clone(), token);
  if (answer.status !== 401 || !token) return answer;
  const other = await kept().access(token);  // it has been refused although its time is not over: once more with a new one
  return other ? withToken(request, other) : answer;
}

export async function user() {
  try {
    return await read(fetch(`${mount()}/users/me/`, { credentials: "include", cache: "no-store" }));
  } catch (error) {
    if (error.status === 401) return null;
    throw error;
  }
}

export async function signOut({ everywhere = false } = {}) {
  const refresh = kept().refreshToken();
  try {
    const body = new URLSearchParams({ ...(everywhere && { everywhere: "true" }), ...(refresh && { refresh }) });
    return (await read(fetch(`${mount()}/logout/`, { method: "POST", credentials: "include", body }))) ?? {};
  } catch (error) {
    if (error.status === 401) return {};  // signed out already
    throw error;
  } finally {
    kept().clear();
  }
}
