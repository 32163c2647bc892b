// curl.js: the two requests of a login as lines for a shell.

const quoted = (text) => `'${String(text).replaceAll("'", "'\\''")}'`;
const lines = (...parts) => parts.join(" \\\n  ");

/// The first request. The verifier stays in the shell that runs it; the challenge is its SHA-256 in base64url.
export function firstRequest(providerUrl, redirectUri) {
  return [
    "verifier=$(openssl rand -hex 32)",
    `challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | openssl base64 | tr '+/' '-_' | tr -d '=')`,
    lines(`curl -sS -G ${quoted(providerUrl)}`, `--data-urlencode ${quoted(`redirect_uri=${redirectUri}`)}`,
      '-d "flow_challenge=$challenge"'),
  ].join("\n");
}

/// The second request, with all that the provider sent along. For the same shell.
export function secondRequest(providerUrl, params) {
  const sent = [...params].map(([name, value]) => `--data-urlencode ${quoted(`${name}=${value}`)}`);
  return lines(`curl -sS ${quoted(providerUrl)}`, '-d "flow_verifier=$verifier"', ...sent);
}
