// token.js: a JWT taken apart for reading. Nothing is verified here: that is for the service that accepts it, with the published keys.
import { copyable, el, table } from "./view.js";

const decode = (part) => {
  const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
};

const meaning = {
  alg: "how it is signed", kid: "which published key verifies it", typ: "kind of token",
  token_type: "access or refresh", user_id: "for Django's simplejwt", sub: "the user", iss: "who issued it", aud: "who it is for",
  exp: "not valid after", iat: "issued", jti: "number of this token", email: "as the provider said", provider: "signed in with",
};

/// A section with the token's header and claims as tables, and the token itself to copy.
export function tokenView(title, token) {
  const section = el("section", { class: "token" }, el("h3", {}, title));
  try {
    const [header, claims] = token.split(".").slice(0, 2).map(decode);
    section.append(table("Header", header, meaning), table("Claims", claims, meaning, ["exp", "iat", "nbf", "auth_time"]));
  } catch {
    section.append(el("p", {}, "This token is no JWT that can be read here."));
  }
  section.append(el("details", {}, el("summary", {}, `The ${title.toLowerCase()} itself`), copyable(title, token)));
  return section;
}
