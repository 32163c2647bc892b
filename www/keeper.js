// keeper.js: the tokens of a signed-in browser, shared by its tabs. The refresh token is stored; the access token is in memory only, and a tab
// that has none asks the others for theirs. One tab refreshes at a time (Web Locks), because a refresh token works once: the others take what
// it got. Where a browser lacks locks or channels, each tab refreshes for itself, and the server's grace window gives all of them the same.
import { mount, Refused } from "./api.js";

const margin = 10_000;    // ms before its end that an access token is no longer used
const patience = 4_000;   // ms for one try to refresh
const lifetime = 9_000;   // ms in which tries may begin: the server gives a repeated refresh the same answer for 10 s (tokens.refresh_grace)
const hearing = 300;      // ms for another tab to answer

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/// When the token is to be replaced: by how long it lives, so that a wrong clock does not matter. What cannot be read is used until refused.
function endOf(access) {
  try {
    const { exp, iat } = JSON.parse(atob(access.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    const life = (exp - iat) * 1000;
    return Date.now() + life - Math.min(margin, life / 2);
  } catch {
    return Infinity;
  }
}

class Drawer {  // storage "memory", and where a browser forbids the others
  #value = null;
  getItem = () => this.#value;
  setItem = (_, value) => (this.#value = value);
  removeItem = () => (this.#value = null);
}

export class Keeper {
  #key = `latchstring:${mount()}`;
  #box;
  #memory;      // {refresh, access, until}: good for as long as `refresh` is the one that is stored
  #refreshing;  // the refresh under way in this tab
  #channel = globalThis.BroadcastChannel && new BroadcastChannel(this.#key);
  #listeners = new Set();

  constructor(storage) {
    try {
      this.#box = { local: () => localStorage, session: () => sessionStorage, memory: () => new Drawer() }[storage]();
      this.#box.getItem(this.#key);
    } catch {
      this.#box = new Drawer();
    }
    if (this.#channel) this.#channel.onmessage = ({ data }) => this.#hear(data);
  }

  close = () => this.#channel?.close();
  refreshToken = () => this.#box.getItem(this.#key);
  onChange(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // ---- what is kept -----------------------------------------------------------------------------------------------------
  /// Tokens of a new sign-in, or of a refresh of `before`.
  put({ access, refresh }, before = undefined) {
    this.#memory = { refresh, access, until: endOf(access) };
    this.#box.setItem(this.#key, refresh);
    this.#channel?.postMessage({ kind: "tokens", before, ...this.#memory });
    if (before === undefined) this.#changed(true);
  }

  /// Forgets everything, in every tab.
  clear() {
    const refresh = this.refreshToken();
    this.#memory = undefined;
    this.#box.removeItem(this.#key);
    this.#channel?.postMessage({ kind: "gone", refresh });
    this.#changed(false);
  }

  #changed(signedIn) {
    for (const listener of this.#listeners) listener(signedIn);
  }

  /// `before`: of a refresh, the token that was used up; a tab with a storage of its own follows it.
  #hear({ kind, before, refresh, access, until }) {
    const own = this.refreshToken();
    if (kind === "ask") {
      if (this.#memory?.refresh === refresh && own === refresh) {
        this.#channel.postMessage({ kind: "tokens", before: refresh, ...this.#memory });
      }
    } else if (kind === "tokens") {
      if (own !== refresh && own !== before) return;
      if (own !== refresh) this.#box.setItem(this.#key, refresh);
      this.#memory = { refresh, access, until };
      if (before === undefined) this.#changed(true);
    } else {
      if (own !== null && own !== refresh) return;
      this.#memory = undefined;
      this.#box.removeItem(this.#key);
      this.#changed(false);
    }
  }

  // ---- an access token --------------------------------------------------------------------------------------------------
  /// One that is good and is not `stale`; undefined if nobody is signed in. Throws Refused where the server cannot be asked.
  async access(stale) {
    const found = this.#usable(stale);
    if (found) return found;
    if (this.refreshToken() === null) return undefined;
    this.#refreshing ??= this.#alone(() => this.#renew(stale)).finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  /// Another one than this tab has now.
  renew = () => this.access(this.#memory?.access);

  #usable(stale) {
    const { refresh, access, until } = this.#memory ?? {};
    return access && access !== stale && until > Date.now() && refresh === this.refreshToken() ? access : undefined;
  }

  #alone = (work) => (navigator.locks ? navigator.locks.request(this.#key, work) : work());

  async #renew(stale) {
    const refresh = this.refreshToken();
    if (refresh === null) return undefined;
    if (this.#memory?.refresh !== refresh) await this.#askTabs(refresh);
    return this.#usable(stale) ?? this.#exchange(refresh, stale);
  }

  /// Another tab has signed in or refreshed: it has told us already, or tells us now, or is gone.
  async #askTabs(refresh) {
    if (!this.#channel) return;
    this.#channel.postMessage({ kind: "ask", refresh });
    for (let waited = 0; waited < hearing && this.#memory?.refresh !== refresh; waited += 20) await pause(20);
  }

  /// A try whose answer is lost, or that the server has no time for, is made again with the same token, while that gets the same answer.
  async #exchange(refresh, stale) {
    const began = Date.now();
    for (let wait = 250; Date.now() - began < lifetime; await pause(wait), wait *= 2) {
      const tokens = await this.#ask(refresh);
      const now = this.refreshToken();
      if (tokens === null && now === refresh) {
        this.clear();
        return undefined;
      }
      if (tokens === undefined) continue;
      // Another tab was faster, or somebody has signed in or out meanwhile: what is stored now counts.
      if (now !== refresh && now !== tokens?.refresh) return this.#renew(stale);
      this.put(tokens, refresh);
      return tokens.access;
    }
    throw new Refused("No answer from the server.", 0);
  }

  /// The new tokens; null: the session has ended; undefined: no answer.
  async #ask(refresh) {
    try {
      const answer = await fetch(`${mount()}/jwt/refresh/`, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ refresh }), credentials: "omit",
        cache: "no-store", signal: AbortSignal.timeout(patience),
      });
      if (answer.status === 400 || answer.status === 401) return null;
      return answer.ok ? await answer.json() : undefined;
    } catch {
      return undefined;
    }
  }
}
