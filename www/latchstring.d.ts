/** Login with latchstring for any page. `import { signIn } from "/auth/www/latchstring.js"`, where /auth is latchstring's mount. */

export interface Options {
  /** Where latchstring is mounted: a path or a URL. Default: where this module was loaded from, or `<meta name="latchstring-mount">`. */
  mount?: string;
  /**
   * Where the refresh token is kept; the access token is in memory only.
   * - "local" (default): localStorage. All tabs share the session, which survives a restart of the browser.
   * - "session": sessionStorage. Each tab signs in for itself.
   * - "memory": nowhere. A reload signs out.
   */
  storage?: "local" | "session" | "memory";
  /** Further origins that `fetch` sends the access token to. Without: this page's origin and latchstring's. */
  apis?: string[];
}
/** Once, before anything else, where the defaults do not fit. */
export function configure(options?: Options): void;

export interface Provider {
  id: string;
  title: string;
  protocol: string;
  login_url: string;
}
/** The providers that one can sign in with here. */
export function providers(): Promise<Provider[]>;

/** With tokens: the provider sends the browser to `redirectUri` (one of `redirect_uris`), where `complete` is called. */
export interface WithTokens {
  redirectUri: string;
  /** Given back by `complete`. */
  next?: string;
}
/** With a cookie: the server finishes the login and sends the browser to `next`, a path here or a listed URL. Default: this page. */
export interface WithCookie {
  redirectUri?: undefined;
  next?: string;
}
/** Leaves the page for the provider's. Resolves when the browser is on its way. */
export function signIn(provider: string, options?: WithTokens | WithCookie): Promise<void>;

export interface Tokens {
  access: string;
  refresh: string;
}
export interface SignedIn extends Tokens {
  /** The username. */
  user: string;
  /** What `signIn` was given. */
  next?: string;
}
/** Finishes what `signIn` began in this tab. Default: the parameters in this page's address, which are removed from it. */
export function complete(params?: URLSearchParams): Promise<SignedIn>;

/** The attempt of this tab to which these parameters belong; given out once. For pages that want to ask before they finish it. */
export function takeBegun(params: URLSearchParams): { state: string; provider: string; next?: string } | undefined;
/** Finishes a login of that provider, whoever began it. */
export function finish(provider: string, params: URLSearchParams): Promise<SignedIn>;

/** As the browser's, with the access token in `Authorization`. An expired one is renewed first, by one tab for all. */
export function fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
/** A good access token, for what `fetch` cannot do (WebSocket, EventSource); undefined if nobody is signed in with tokens. */
export function accessToken(): Promise<string | undefined>;
/** New tokens, though the old ones are good still. */
export function renew(): Promise<Tokens | undefined>;

export interface User {
  id: number;
  email: string;
  username: string;
  name: string;
  picture: string;
}
/** Who is signed in, by token or by cookie; null if nobody is. */
export function user(): Promise<User | null>;

export interface SignedOut {
  /** The provider's own sign-out page, where it has one: go there to sign out of the provider too. */
  end_session_url?: string;
}
/** Ends this session, or all of this user's, on the server and in every tab. */
export function signOut(options?: { everywhere?: boolean }): Promise<SignedOut>;

/** Told whenever somebody signs in or out, in whichever tab. Returns a function that ends it. */
export function onChange(listener: (signedIn: boolean) => void): () => void;

/** Why something did not work: a text for people, and the HTTP status (0 where no answer came). */
export class Refused extends Error {
  constructor(message: string, status: number);
  readonly status: number;
}
