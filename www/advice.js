// advice.js: what to do about an error, by its text or status. The first row that fits counts.

const rows = [
  [/redirect_uri must be/, () => "Add this line to latchstring.toml and start latchstring again: " +
    `redirect_uris = ["${new URL("callback.html", location.href)}"]`],
  [/not supported$/, () => "This provider is not enabled in latchstring.toml. Choose another one, or enable it there."],
  [/canceled|cancelled|denied/i, () => "You, or the provider, said no. Nothing was changed, and nobody was signed in."],
  [/state/i, () => "A sign-in can be finished once, by the browser that began it, and within ten minutes. Begin again. If it keeps " +
    "failing, see whether this browser keeps cookies for this site."],
  [/inactive|disabled/i, () => "This account has been switched off. Only an administrator can switch it on again."],
  [/already (in use|associated)/i, () => "Sign in with the provider that you used the first time."],
  [/could not be reached|Connection error|Network error/i, () => "The provider does not answer. Wait a moment. An administrator finds " +
    "the reason with `latchstring check`."],
  [/Token error|Invalid key|expired|credentials/i, () => "The provider refused latchstring itself. An administrator should compare " +
    "client_id and client_secret with the provider's own pages; `latchstring check` helps."],
];

const byStatus = {
  0: "Is latchstring running, and is this machine online?",
  401: "The token is no longer good: sign in again.",
  403: "This account may not sign in here. Ask an administrator.",
  404: "No latchstring answers at this address. See whether the page's latchstring-mount is where the web server mounts it.",
  429: "Too many attempts. Wait a minute.",
  502: "The web server does not reach latchstring. See whether it is running, and the web server's error log.",
  503: "Too busy, or just starting. Wait a moment.",
};

export function advice(error) {
  const row = rows.find(([pattern]) => pattern.test(error.message));
  return row ? row[1]() : byStatus[error.status] ?? "Begin again. If it fails again, the server's log has the reason.";
}
