// config/config.h: every setting, checked. One table (keys.cc) gives name, type, range and help, the initial values here are the defaults;
// `latchstring init` and the reference in conf/latchstring.toml come from the same table. Errors are one line: file:line, what was found,
// what is allowed, the nearest key.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "config/node.h"

namespace config {

/// One [gate.NAME]: who may see the paths. What is empty is not asked for. `email_domains`, `emails` and `users` are alternatives to each
/// other; all else must hold besides. Without conditions: whoever is signed in.
struct GateRule {
  std::string name, where;                 // "team", "latchstring.toml:12"
  std::vector<std::string> paths;          // "/team/": begins and ends with '/'; none: reached by name only (GET /gate?rule=NAME)
  bool open = false;                       // public = true: everybody
  std::vector<std::string> providers;      // the one that was signed in with
  std::vector<std::string> email_domains, emails;  // lower case; verified addresses only
  std::vector<std::string> users;          // usernames
  std::vector<std::int64_t> user_ids;
  std::map<std::string, std::vector<std::string>> claims;  // for each claim, one of these
};

struct Config {
  std::string file;                        // where it was read from; "" = environment only
  std::string public_url;                  // no trailing slash
  std::string mount;                       // its path, "/auth"; "" = root
  std::vector<std::string> redirect_uris;  // exact match
  struct {
    std::string url = "sqlite:/var/lib/latchstring/latchstring.db";
    std::string key_file;                  // master key (32 bytes, base64url); default: latchstring.key beside the configuration file
    std::chrono::seconds audit_ttl{365 * 86400};  // 0 = for ever
  } store;
  struct {
    int workers = 0;                       // 0 = one per core
    int threads = 64;
    std::vector<std::string> trusted_proxies;  // addresses whose X-Forwarded-For counts
    std::string log_level = "info";
    std::size_t max_body = 64 << 10;       // bytes of a request's body
    std::size_t max_params = 64 << 10;     // bytes of its FastCGI parameters: headers, path, query
    int max_headers = 100;
    std::string confine = "try";           // try | require | off
  } server;
  struct {
    std::chrono::seconds ttl{600};
    int max = 5'000'000;                   // begun, and neither finished nor expired; 0 = no limit
    int max_per_address = 10'000;          // the same of one client address; 0 = no limit
    bool bound = true;                     // binding = "required" | "none"
    std::string cookie_same_site = "lax";  // lax | strict | none
  } flows;
  struct {
    std::string algorithm = "ES256";       // ES256 | HS256 | RS256 | EdDSA
    base::Secret hs256_secret;             // from hs256_secret or hs256_secret_file
    std::chrono::seconds access_ttl{300};
    std::chrono::seconds refresh_ttl{30 * 86400};
    std::chrono::seconds refresh_grace{10};
    std::string audience;
  } tokens;
  struct {
    std::chrono::seconds ttl{30 * 86400};  // of a browser's cookie, from the login on
    std::chrono::seconds idle{14 * 86400};
    int max_per_user = 1000;               // rows; the one that was not used for longest makes room
    int max_refresh_tokens = 1000;         // exchanged ones that are remembered of a session
  } sessions;
  struct {
    std::vector<std::string> origins;
  } cors;
  struct {
    std::string link_by_email = "never";   // never | verified
    std::vector<std::string> trusted_providers;  // whose verified e-mails may link: "name" or "name:domain"; empty = all
    std::vector<std::string> allowed_domains, allowed_emails;
    bool create_users = true;
    bool change_username = false;          // PATCH /users/me/ may
    bool keep_provider_tokens = false;
  } accounts;
  struct {
    std::string login;                     // the sign-in page; default public_url/login
    std::string home = "/";                // where redirect mode goes without `next`
    std::vector<std::string> next_urls;    // origins, or URLs, that `next` may name besides local paths
    std::string title;                     // default: public_url's host
  } pages;
  struct {
    std::string login, events;             // URLs; "" = none
    base::Secret secret;                   // the key: from secret or secret_file, "whsec_..." decoded
    std::chrono::seconds timeout{5};
    std::string when_down = "refuse";      // refuse | allow
    int max_events = 100'000;              // that wait; above, what happens is not told
  } hooks;
  struct {
    std::string client_id;                 // "" = nobody may introspect
    base::Secret client_secret;            // from client_secret or client_secret_file
  } introspection;
  struct {
    std::string proxy;
    std::string ca_file;
    std::chrono::seconds timeout{10};
    std::size_t max_response = 1 << 20;
    int max_calls = 4096;                  // under way, per worker
    std::chrono::seconds refetch_after{60};  // of a key set, for a key that it does not have
    std::chrono::seconds retry_after{5};     // of a document that could not be fetched
  } upstream;
  struct {
    bool enabled = false;                  // the built-in demo provider; refused unless public_url is on loopback
  } demo;
  std::string providers_dir;               // adds to and overrides the compiled-in catalogue
  /// Provider stanzas as read, environment laid over: [providers.NAME]. client_secret_file is already read into client_secret.
  std::map<std::string, Node> providers;
  std::vector<GateRule> gate;              // by name; no two have the same path
  std::vector<std::string> warnings;       // one line each; printed at every start

  bool https() const { return public_url.starts_with("https:"); }
};

using Environment = std::map<std::string, std::string>;
/// LATCHSTRING_* and SOCIAL_AUTH_* of the process.
Environment environment();

/// Which file: `given` (--config), else $LATCHSTRING_CONFIG, ./latchstring.toml, /etc/latchstring/latchstring.toml; "" if none exists.
std::string find_file(const std::string& given, const Environment& env);

/// Reads and checks. `provider_names` are the catalogue's names, so that SOCIAL_AUTH_GOOGLE_OAUTH2_KEY finds google-oauth2.
/// Error.say holds the one line for the newcomer.
base::Result<Config> load(const std::string& file, const Environment& env, const std::vector<std::string>& provider_names);

/// The annotated reference configuration, from the table of keys: every key with its meaning and default, commented out.
/// `values` (key -> TOML text) are written uncommented; `stanzas` replaces the examples of providers at the end.
std::string reference(const std::map<std::string, std::string>& values = {}, const std::string& stanzas = "");

}  // namespace config
