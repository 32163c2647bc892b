// api.js: calls to latchstring's endpoints, and what they answer with. Everything that fails throws Refused, whose message can be shown.

let chosen;
/// Where the endpoints are, when neither the page nor this file's own address says so (see mount).
export const setMount = (base) => (chosen = base);

/// The endpoints' base: what configure() was given; else <meta name="latchstring-mount" content="/auth">, a path or a whole URL; else the
/// place that this file was loaded from, MOUNT/www/; else /auth.
export function mount() {
  const meta = document.querySelector('meta[name="latchstring-mount"]');
  const own = import.meta.url.match(/^(.*)\/www\/([^/]*\/)?api\.js$/);
  return new URL(chosen ?? meta?.content ?? own?.[1] ?? "/auth", location.href).href.replace(/\/+$/, "");
}

export const providerUrl = (provider) => `${mount()}/o/${encodeURIComponent(provider)}/`;

/// Why something did not work. `status` is the HTTP status, 0 where no answer came.
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.name = "Refused";
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

/// The JSON of an answer (null where there is none), or Refused. `ask` is a promise of a Response.
export async function read(ask) {
  let answer;
  try {
    answer = await ask;
  } catch (error) {
    throw error instanceof Refused ? error : new Refused("No answer from the server.", 0);
  }
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(errorText(body, answer.status), answer.status);
  return body;
}

/// A call with the browser's cookies. `path` is below the mount; `body` becomes JSON unless it is a form already.
export function call(path, { body, headers = {}, ...options } = {}) {
  const json = body !== undefined && !(body instanceof URLSearchParams);
  return read(fetch(mount() + path, {
    credentials: "include", cache: "no-store", ...options,
    headers: { Accept: "application/json", ...(json && { "Content-Type": "application/json" }), ...headers },
    body: json ? JSON.stringify(body) : body,
  }));
}
