// keys.cc: the table of keys: path, where it goes, what is allowed, what it means.
#include "config/keys.h"

#include <algorithm>

#include "base/text.h"

namespace config {
namespace {

#define SLOT(member) \
  [](Draft & d) -> auto& { return d.member; }

constexpr Key kKeys[] = {
    {"public_url", SLOT(config.public_url), "",
     "The address at which browsers reach latchstring: where the web server mounts it. https, except on loopback.\n"
     "It is the issuer (`iss`) of the tokens, and `public_url + /o/NAME/callback` is the callback address of redirect mode.",
     "\"https://app.example/auth\""},
    {"redirect_uris", SLOT(config.redirect_uris), "",
     "Where a provider may send the browser back to: your page that receives `code` and `state`. Compared exactly, byte by byte.\n"
     "Phone apps: a scheme that is a domain name of yours turned round, \"com.example.app:/callback\".",
     "[\"https://app.example/login/callback\"]"},
    {"providers_dir", SLOT(config.providers_dir), "",
     "A folder of provider files (NAME.toml) that add to the built-in catalogue, or override it.", ""},

    {"store.url", SLOT(config.store.url), "", "The database: sqlite:PATH. A second file, PATH-flows, holds login attempts.", ""},
    {"store.key_file", SLOT(config.store.key_file), "",
     "The master key: 32 bytes in base64url, made by `latchstring init`. Signing keys and provider tokens are encrypted with it.\n"
     "Of several, one a line, the first encrypts and all decrypt: `latchstring keys master` puts a new one in front.\n"
     "Default: latchstring.key beside this file. Keep it out of the database's backups.",
     "\"/etc/latchstring/latchstring.key\""},
    {"store.audit_ttl", SLOT(config.store.audit_ttl), "0s..3650d",
     "How long the rows of what happened (logins, refusals, sign-outs) are kept; \"0s\": for ever.", ""},

    {"server.workers", SLOT(config.server.workers), "0..256",
     "Worker processes; 0 = one per core. Under mod_fcgid Apache does the forking and this is not used.", ""},
    {"server.threads", SLOT(config.server.threads), "1..4096",
     "Requests in hand per worker. A login waits for its provider, so many are cheap.", ""},
    {"server.trusted_proxies", SLOT(config.server.trusted_proxies), "",
     "Addresses of proxies in front of the web server, whose X-Forwarded-For is believed. From anyone else it is ignored.",
     "[\"10.0.0.1\"]"},
    {"server.log_level", SLOT(config.server.log_level), "debug|info|warn|error", "The least important lines to log (standard error).", ""},
    {"server.max_body", SLOT(config.server.max_body), "16KiB..1MiB",
     "The longest body of a request; 413 above. SAML answers that name hundreds of groups may need 256KiB.", ""},
    {"server.max_params", SLOT(config.server.max_params), "16KiB..1MiB",
     "The most that path, query and headers of a request may have together; 431 above.", ""},
    {"server.max_headers", SLOT(config.server.max_headers), "20..1000", "The most headers of a request; 431 above.", ""},
    {"server.confine", SLOT(config.server.confine), "try|require|off",
     "Once started, a worker gives up what it does not need (Landlock for files, seccomp for system calls). \"try\": what the kernel has of\n"
     "the two; what it lacks is a warning at the start. \"require\": no start without both. \"off\": neither.",
     ""},

    {"flows.ttl", SLOT(config.flows.ttl), "1s..1d", "How long a login may take, from the first request to the last.", ""},
    {"flows.max", SLOT(config.flows.max), "0..1000000000",
     "How many logins may have begun and neither be finished nor have expired; 429 above, 0: no limit. Each is some 300 bytes on disk.", ""},
    {"flows.max_per_address", SLOT(config.flows.max_per_address), "0..60000",
     "How many of them from one client address (IPv6: one /64); 429 above, 0: no limit. Loopback addresses are never counted, so that a\n"
     "program on this machine may ask for many: behind a proxy, see server.trusted_proxies. Counted over all workers of one server; under\n"
     "mod_fcgid each process counts for itself.",
     ""},
    {"flows.binding", SLOT(binding), "required|none",
     "\"required\": only the browser or app that began a login can finish it (cookie, or flow_challenge and flow_verifier).\n"
     "\"none\": anyone who has the state can: an attacker can log a victim into the attacker's account. There is a warning at every start.",
     ""},
    {"flows.cookie_same_site", SLOT(config.flows.cookie_same_site), "lax|strict|none",
     "SameSite of our cookies. \"none\" for a single-page app on another site (needs https).", ""},

    {"tokens.algorithm", SLOT(config.tokens.algorithm), "ES256|EdDSA|RS256|HS256",
     "How tokens are signed. All but HS256 publish their keys at public_url/.well-known/jwks.json.", ""},
    {"tokens.hs256_secret", SLOT(config.tokens.hs256_secret), "",
     "HS256 only: the secret shared with the API (Django: SIMPLE_JWT[\"SIGNING_KEY\"]), 32 bytes or more.", ""},
    {"tokens.hs256_secret_file", SLOT(hs256_secret_file), "", "The same, in a file of its own.", "\"/etc/latchstring/hs256.secret\""},
    {"tokens.access_ttl", SLOT(config.tokens.access_ttl), "1s..1d", "Life of an access token. It cannot be called back, so keep it short.",
     ""},
    {"tokens.refresh_ttl", SLOT(config.tokens.refresh_ttl), "1s..3650d", "Life of a refresh token; every refresh begins it anew.", ""},
    {"tokens.refresh_grace", SLOT(config.tokens.refresh_grace), "0s..10m",
     "A refresh that is tried again within this time gets the same answer; later it counts as theft and ends the session.", ""},
    {"tokens.audience", SLOT(config.tokens.audience), "", "`aud` of the tokens: your API. Empty: none is written, none is checked.",
     "\"https://app.example\""},

    {"sessions.ttl", SLOT(config.sessions.ttl), "1m..3650d", "How long a browser stays signed in (redirect mode, the gate), at most.", ""},
    {"sessions.idle", SLOT(config.sessions.idle), "1m..3650d", "It is signed out earlier if it was not used for so long.", ""},
    {"sessions.max_per_user", SLOT(config.sessions.max_per_user), "1..100000",
     "How many sessions a user may have, browsers and apps alike. A login beyond them ends the one that was not used for longest.", ""},
    {"sessions.max_refresh_tokens", SLOT(config.sessions.max_refresh_tokens), "10..100000",
     "How many exchanged refresh tokens are remembered of each session. An older one is still known by its signature and counts as theft.",
     ""},

    {"cors.origins", SLOT(config.cors.origins), "", "Sites whose pages may call us from the browser, with cookies: scheme://host[:port].",
     "[\"https://spa.example\"]"},

    {"accounts.link_by_email", SLOT(config.accounts.link_by_email), "never|verified",
     "Whether a new provider's login joins the user who has the same e-mail address: never, or if both sides are verified.", ""},
    {"accounts.trusted_providers", SLOT(config.accounts.trusted_providers), "",
     "Whose word on an e-mail address may link: providers by name, or \"name:domain\" for addresses of one domain only. Empty: all of "
     "them.",
     "[\"google-oauth2\", \"acme:acme.example\"]"},
    {"accounts.allowed_domains", SLOT(config.accounts.allowed_domains), "",
     "Only verified addresses in these domains may log in. Empty: anyone.", "[\"example.com\"]"},
    {"accounts.allowed_emails", SLOT(config.accounts.allowed_emails), "",
     "Verified addresses that may log in besides those of allowed_domains. Both empty: anyone.", "[\"ada@example.com\"]"},
    {"accounts.create_users", SLOT(config.accounts.create_users), "", "false: only users who exist already may log in.", ""},
    {"accounts.change_username", SLOT(config.accounts.change_username), "",
     "Whether users may change their username. Not if pages behind the gate go by REMOTE_USER: it would be what somebody likes to be called.", ""},
    {"accounts.keep_provider_tokens", SLOT(config.accounts.keep_provider_tokens), "",
     "Keep the providers' access tokens, encrypted, for calling their APIs.", ""},

    {"pages.login", SLOT(config.pages.login), "",
     "The page with the provider buttons, if not ours at public_url + /login. It is given `next`.", "\"https://app.example/sign-in\""},
    {"pages.home", SLOT(config.pages.home), "",
     "Where redirect mode goes when the login named no `next`: a local path, or a URL of next_urls.", ""},
    {"pages.next_urls", SLOT(config.pages.next_urls), "",
     "Where `next` may lead besides paths of this host: an origin allows all of its pages, a URL itself only.",
     "[\"https://app.example\"]"},
    {"pages.title", SLOT(config.pages.title), "", "What our pages call the site. Empty: the host of public_url.", "\"Example\""},

    {"hooks.login", SLOT(config.hooks.login), "",
     "Asked before a login is answered: your application may refuse it, or add claims to the tokens. https, or http on loopback.",
     "\"https://app.example/hooks/login\""},
    {"hooks.events", SLOT(config.hooks.events), "", "Told afterwards, at least once: user created, linked, unlinked, deleted.",
     "\"https://app.example/hooks/events\""},
    {"hooks.secret", SLOT(config.hooks.secret), "",
     "What hooks are signed with (Standard Webhooks, HMAC-SHA-256): 32 bytes or more, or \"whsec_\" and base64.", ""},
    {"hooks.secret_file", SLOT(hooks_secret_file), "", "The same, in a file of its own.", "\"/etc/latchstring/hooks.secret\""},
    {"hooks.timeout", SLOT(config.hooks.timeout), "1s..30s", "How long an answer may take.", ""},
    {"hooks.when_down", SLOT(config.hooks.when_down), "refuse|allow", "What becomes of a login when hooks.login does not answer.", ""},
    {"hooks.max_events", SLOT(config.hooks.max_events), "1..100000000",
     "How many facts may wait for hooks.events to take them. Above, what happens is not told: logins go on.", ""},

    {"introspection.client_id", SLOT(config.introspection.client_id), "",
     "Who may ask POST /token/introspect/ about a token: your API, by HTTP Basic or in the form. Empty: nobody.", "\"api\""},
    {"introspection.client_secret", SLOT(config.introspection.client_secret), "", "Its secret: 32 bytes or more.", ""},
    {"introspection.client_secret_file", SLOT(introspection_secret_file), "", "The same, in a file of its own.",
     "\"/etc/latchstring/introspection.secret\""},

    {"upstream.proxy", SLOT(config.upstream.proxy), "", "HTTP proxy for calls to providers. The environment's http_proxy is not used.",
     "\"http://proxy.example:3128\""},
    {"upstream.ca_file", SLOT(config.upstream.ca_file), "", "Certificates to trust for calls to providers (PEM). Empty: the system's.",
     "\"/etc/ssl/certs/company.pem\""},
    {"upstream.timeout", SLOT(config.upstream.timeout), "1s..2m", "The most that one call to a provider may take.", ""},
    {"upstream.max_response", SLOT(config.upstream.max_response), "1KiB..64MiB", "The most that a provider may answer.", ""},
    {"upstream.max_calls", SLOT(config.upstream.max_calls), "1..65536",
     "Calls to providers and hooks under way at a time, per worker; 503 above.", ""},
    {"upstream.refetch_after", SLOT(config.upstream.refetch_after), "1s..1h",
     "The least time between two fetches of one key set for the sake of a key that it does not have. Tokens that name such a key are refused\n"
     "meanwhile, so a flood of them makes no flood of fetches.",
     ""},
    {"upstream.retry_after", SLOT(config.upstream.retry_after), "1s..10m",
     "How long a provider's metadata or keys that could not be fetched are not asked for again.", ""},

    {"demo.enabled", SLOT(config.demo.enabled), "",
     "A built-in provider named `demo` to try things out: anyone can sign in as anyone. Refused unless public_url is on loopback.", ""},
};
#undef SLOT

constexpr Section kSections[] = {
    {"", ""},
    {"store", "Where users, sessions and keys are kept."},
    {"server", "Processes and logging. SIGHUP reads this file again and replaces the workers without losing a request."},
    {"flows", "Login attempts."},
    {"tokens", "The JWTs that latchstring issues: the shape of Django's simplejwt."},
    {"sessions", "Browsers that are signed in by a cookie."},
    {"cors", "Browser pages on other sites."},
    {"accounts", "Who becomes a user."},
    {"pages", "Redirect mode and our own pages."},
    {"hooks", "Your application's say."},
    {"introspection", "Services that ask whether a token is still good (RFC 7662)."},
    {"upstream", "Calls to providers."},
    {"demo", "Trying it out."},
};

}  // namespace

std::span<const Key> keys() { return kKeys; }
std::span<const Section> sections() { return kSections; }

const Key* find_key(std::string_view path) {
  const auto it = std::find_if(std::begin(kKeys), std::end(kKeys), [&](const Key& k) { return k.path == path; });
  return it == std::end(kKeys) ? nullptr : it;
}

std::string variable_of(const Key& key) {
  std::string name = "LATCHSTRING_" + base::upper(key.path);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

std::string_view section_of(const Key& key) {
  const auto dot = key.path.find('.');
  return dot == std::string_view::npos ? std::string_view{} : key.path.substr(0, dot);
}

}  // namespace config
