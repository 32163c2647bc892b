// token.js: a JWT taken apart for reading. Nothing is verified here: that is for the service that accepts it, with the published keys.
import { t } from "./texts.js";
import { copyable, el, table } from "./view.js";

const decode = (part) => {
  const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
};

const meaning = {
  alg: t("token.alg"), kid: t("token.kid"), token_type: t("token.token_type"), user_id: t("token.user_id"), sub: t("token.sub"),
  sid: t("token.sid"), iss: t("token.iss"), aud: t("token.aud"), exp: t("token.exp"), iat: t("token.iat"), jti: t("token.jti"),
  email: t("token.email"), provider: t("token.provider"),
};

/// A section with the token's header and claims as tables, and the token itself to copy.
export function tokenView(title, token) {
  const section = el("section", { class: "token" }, el("h3", {}, title));
  try {
    const [header, claims] = token.split(".").slice(0, 2).map(decode);
    section.append(table(t("token.header"), header, meaning), table(t("token.claims"), claims, meaning, ["exp", "iat", "nbf", "auth_time"]));
  } catch {
    section.append(el("p", {}, t("token.unreadable")));
  }
  section.append(el("details", {}, el("summary", {}, t("token.itself")), copyable(title, token)));
  return section;
}
