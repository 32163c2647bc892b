// check.cc: what a type cannot say. Each function looks at one thing and says in one line what is wrong with it.
#include <arpa/inet.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/encode.h"
#include "base/text.h"
#include "base/url.h"
#include "config/steps.h"

namespace config {
namespace {

using namespace std::chrono_literals;

base::Error refused(const Draft& draft, std::string_view key, std::string_view value, std::string_view why) {
  return wrong(at(draft, key) + " = " + shown(value) + ": " + std::string{why});
}

// RFC 9700 2.6: an authorization response must not travel unencrypted; loopback never leaves the machine.
constexpr const char* kNoHttp = "http is for loopback only: authorization codes must not cross a network in the clear: use https";

base::Status check_public_url(Draft& draft) {
  auto& value = draft.config.public_url;
  if (value.empty())
    return wrong(at(draft, "public_url") +
                 " is missing: the address at which browsers reach latchstring, such as \"https://app.example/auth\"");
  const auto no = [&](const char* why) { return refused(draft, "public_url", value, why); };
  const auto url = base::parse_url(value);
  if (!url) return no("it wants an absolute URL, such as \"https://app.example/auth\"");
  if (url->scheme != "https" && url->scheme != "http") return no("it wants a URL with https");
  if (url->has_userinfo) return no("a user name or password has no place in it");
  if (url->has_query || url->has_fragment) return no("a query (?) or fragment (#) has no place in it");
  if (!base::is_secure_or_loopback(*url)) return no(kNoHttp);
  auto mount = url->path;
  while (mount.ends_with('/')) mount.pop_back();
  // The mount is taken off the request's path byte by byte, so it must have one spelling only.
  const bool odd = mount.find("//") != std::string::npos || mount.find("/.") != std::string::npos || mount.find('%') != std::string::npos ||
                   mount.find(';') != std::string::npos;
  if (odd) return no("its path must be plain: no \"//\", \"/.\", \"%\" or \";\"");
  draft.config.mount = mount;
  value = base::origin_of(*url) + mount;
  return base::ok;
}

// RFC 8252 7.1 and 8.4: a phone app's own scheme is a domain name turned round, and so has a dot: "javascript:" and "data:" have none.
bool is_app_uri(std::string_view uri) {
  const auto scheme = uri.substr(0, uri.find(':'));
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+';
  };
  return scheme.size() < uri.size() && scheme.find('.') != std::string_view::npos && scheme.front() != '.' &&
         std::all_of(scheme.begin(), scheme.end(), letter) &&
         std::all_of(uri.begin(), uri.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; }) && uri.size() <= 2048;
}

// Why `uri` cannot be a redirect URI; nullptr if it can.
const char* bad_redirect(const std::string& uri) {
  if (uri.find('#') != std::string::npos) return "a redirect URI has no fragment (RFC 6749 3.1.2)";
  if (uri.find('*') != std::string::npos) return "redirect URIs are compared exactly: * has no meaning (RFC 9700 2.1)";
  if (!uri.starts_with("http:") && !uri.starts_with("https:")) {
    return is_app_uri(uri) ? nullptr
                           : "it wants https://..., or an app's scheme that is a domain name turned round, such as \"com.example.app:/cb\" "
                             "(RFC 8252 7.1)";
  }
  const auto url = base::parse_url(uri);
  if (!url) return "it wants an absolute URL, such as \"https://app.example/cb\"";
  if (url->has_userinfo) return "a user name or password has no place in it";
  return base::is_secure_or_loopback(*url) ? nullptr : kNoHttp;
}

base::Status check_redirect_uris(Draft& draft) {
  for (const auto& uri : draft.config.redirect_uris) {
    if (const auto* why = bad_redirect(uri)) return refused(draft, "redirect_uris", uri, why);
  }
  return base::ok;
}

base::Status check_origins(Draft& draft) {
  for (auto& origin : draft.config.cors.origins) {
    const auto no = [&](std::string_view why) { return refused(draft, "cors.origins", origin, why); };
    // Fetch standard: with credentials "*" is no wildcard; and any site could act for whoever is signed in.
    if (origin.find('*') != std::string::npos)
      return no("every site must be named: answers carry cookies, and * would let any site use them");
    const auto url = base::parse_url(origin);
    if (!url) return no("it wants an origin, such as \"https://spa.example\"");
    const auto plain = base::origin_of(*url);
    if (base::lower(origin) != plain) return no("an origin is scheme://host[:port] and nothing more: \"" + plain + "\"");
    if (url->scheme == "http" && !base::is_loopback_host(url->host))
      return no("http is for loopback only: pages without https can be changed on their way");
    origin = plain;
  }
  return base::ok;
}

base::Status check_store(Draft& draft) {
  const auto& url = draft.config.store.url;
  if (url.starts_with("postgresql:") || url.starts_with("postgres:")) {
    return wrong(at(draft, "store.url") + ": PostgreSQL comes later: this version has SQLite only: \"sqlite:PATH\"");
  }
  if (!url.starts_with("sqlite:"))
    return wrong(at(draft, "store.url") + ": it wants \"sqlite:PATH\", such as \"sqlite:/var/lib/latchstring/latchstring.db\"");
  if (url == "sqlite:" || url.ends_with('/')) return refused(draft, "store.url", url, "the path of a file is missing");
  if (url.find(":memory:") != std::string::npos)
    return refused(draft, "store.url", url, "processes must share it: it wants the path of a file");
  return base::ok;
}

base::Status check_proxies(Draft& draft) {
  for (const auto& address : draft.config.server.trusted_proxies) {
    in6_addr scratch;
    if (inet_pton(AF_INET, address.c_str(), &scratch) != 1 && inet_pton(AF_INET6, address.c_str(), &scratch) != 1) {
      return refused(draft, "server.trusted_proxies", address, "it wants IP addresses, such as \"10.0.0.1\" or \"fd00::1\"");
    }
  }
  return base::ok;
}

base::Status check_tokens(Draft& draft) {
  auto& tokens = draft.config.tokens;
  const auto secret = tokens.hs256_secret.reveal().size();
  if (tokens.algorithm == "HS256") {
    if (secret == 0) return wrong(at(draft, "tokens.algorithm") + " = \"HS256\": it needs tokens.hs256_secret_file or tokens.hs256_secret");
    // RFC 7518 3.2: a key of the size of the hash output or larger.
    if (secret < 32) return wrong(at(draft, "tokens.hs256_secret") + " has " + std::to_string(secret) + " bytes: it wants 32 or more");
  } else if (secret > 0) {
    draft.config.warnings.push_back(at(draft, "tokens.hs256_secret") + ": not used: tokens.algorithm is " + tokens.algorithm);
  }
  if (tokens.refresh_ttl < tokens.access_ttl)
    return wrong(at(draft, "tokens.refresh_ttl") + " is shorter than tokens.access_ttl: it wants to be longer");
  if (tokens.access_ttl > 1h)
    draft.config.warnings.push_back(at(draft, "tokens.access_ttl") + ": an access token cannot be called back: 5m to 1h is usual");
  const auto plain = [](char c) { return c > 0x20 && c != 0x7f; };
  if (!std::all_of(tokens.audience.begin(), tokens.audience.end(), plain))
    return refused(draft, "tokens.audience", tokens.audience, "spaces and control characters have no place in it");
  return base::ok;
}

base::Status check_flows(Draft& draft) {
  const auto& config = draft.config;
  // Browsers drop a SameSite=None cookie that is not Secure, and Secure needs https (RFC 6265bis 5.7).
  if (config.flows.cookie_same_site == "none" && !config.https()) {
    return refused(draft, "flows.cookie_same_site", "none", "browsers accept such a cookie over https only, and public_url is http");
  }
  draft.config.flows.bound = draft.binding == "required";
  if (!config.flows.bound) {
    draft.config.warnings.push_back(at(draft, "flows.binding") + " = \"none\": an attacker can log a victim into the attacker's account");
  }
  return base::ok;
}

base::Status check_confine(Draft& draft) {
  if (draft.config.server.confine == "off")
    draft.config.warnings.push_back(at(draft, "server.confine") + " = \"off\": whoever takes a worker over can do all that its user can");
  return base::ok;
}

bool is_domain(std::string_view domain) {
  const auto good = [](unsigned char c) { return c >= 0x80 || std::isalnum(c) || c == '-' || c == '.'; };
  return !domain.empty() && domain.front() != '.' && domain.back() != '.' && std::all_of(domain.begin(), domain.end(), good);
}

base::Status check_domains(Draft& draft) {
  for (auto& domain : draft.config.accounts.allowed_domains) {
    if (!is_domain(domain)) {
      return refused(draft, "accounts.allowed_domains", domain, "it wants domain names, such as \"example.com\"");
    }
    domain = base::lower(domain);
  }
  return base::ok;
}

base::Status check_emails(Draft& draft) {
  for (auto& email : draft.config.accounts.allowed_emails) {
    const auto at_sign = email.find('@');
    if (at_sign == 0 || at_sign == email.npos || at_sign + 1 == email.size() || email.find('@', at_sign + 1) != email.npos)
      return refused(draft, "accounts.allowed_emails", email, "it wants addresses, such as \"ada@example.com\"");
    email = base::lower(email);
  }
  return base::ok;
}

base::Status check_trusted(Draft& draft) {
  auto& config = draft.config;
  constexpr const char* kKey = "accounts.trusted_providers";
  for (const auto& entry : config.accounts.trusted_providers) {
    const auto colon = entry.find(':');
    const auto name = entry.substr(0, colon);
    if (name.empty() || (colon != entry.npos && !is_domain(std::string_view{entry}.substr(colon + 1))))
      return refused(draft, kKey, entry, "it wants a provider's name, or \"name:domain\", such as \"acme:acme.example\"");
    if (!config.providers.contains(name))
      config.warnings.push_back(at(draft, kKey) + ": \"" + name + "\" is no provider of this configuration");
  }
  return base::ok;
}

/// A path of this host that can stand in a Location header.
bool is_local_path(std::string_view path) {
  const bool plain = std::all_of(path.begin(), path.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
  return plain && path.size() <= 2048 && path.starts_with('/') && !path.starts_with("//");
}

base::Status check_pages(Draft& draft) {
  auto& pages = draft.config.pages;
  for (const auto& url : pages.next_urls) {
    const auto parsed = base::parse_url(url);
    if (!parsed || parsed->has_userinfo || parsed->has_fragment || !base::is_secure_or_loopback(*parsed))
      return refused(draft, "pages.next_urls", url, "it wants an origin or a URL with https, such as \"https://app.example\"");
  }
  const auto url = base::parse_url(pages.login);
  if (!pages.login.empty() && !is_local_path(pages.login) && !(url && !url->has_userinfo && base::is_secure_or_loopback(*url)))
    return refused(draft, "pages.login", pages.login, "it wants a path of this host, or a URL with https");
  if (pages.login.empty()) pages.login = draft.config.public_url + "/login";
  if (!is_local_path(pages.home) && std::find(pages.next_urls.begin(), pages.next_urls.end(), pages.home) == pages.next_urls.end())
    return refused(draft, "pages.home", pages.home, "it wants a path of this host, such as \"/\", or a URL that is in pages.next_urls");
  if (pages.title.empty()) pages.title = base::parse_url(draft.config.public_url)->host;
  return base::ok;
}

/// Standard Webhooks writes a key as "whsec_" and base64, 24 bytes or more; any other text is the key itself.
base::Status read_hooks_key(Draft& draft) {
  constexpr std::string_view kPrefix = "whsec_";
  auto& secret = draft.config.hooks.secret;
  if (!secret.reveal().starts_with(kPrefix)) {
    if (secret.empty() || secret.reveal().size() >= 32) return base::ok;
    return wrong(at(draft, "hooks.secret") + " has " + std::to_string(secret.reveal().size()) + " bytes: it wants 32 or more");
  }
  const auto key = base::base64_decode(secret.reveal().substr(kPrefix.size()));
  if (!key || key->size() < 24) return wrong(at(draft, "hooks.secret") + ": after \"whsec_\" it wants the base64 of 24 bytes or more");
  secret = base::Secret{*key};
  return base::ok;
}

base::Status check_hooks(Draft& draft) {
  if (auto read = read_hooks_key(draft); !read) return read;
  const auto& hooks = draft.config.hooks;
  for (const auto& [key, value] : {std::pair{"hooks.login", &hooks.login}, {"hooks.events", &hooks.events}}) {
    if (value->empty()) continue;
    const auto url = base::parse_url(*value);
    if (!url || url->has_userinfo || url->has_fragment || !base::is_secure_or_loopback(*url))
      return refused(draft, key, *value, "it wants a URL with https (http on loopback), such as \"https://app.example/hooks\"");
    if (hooks.secret.empty())
      return wrong(at(draft, key) + ": it needs hooks.secret_file or hooks.secret with 32 bytes or more, to sign with");
  }
  return base::ok;
}

base::Status check_introspection(Draft& draft) {
  const auto& in = draft.config.introspection;
  if (in.client_id.empty() != in.client_secret.empty()) {
    return in.client_id.empty()
               ? wrong(at(draft, "introspection.client_secret") + ": it needs introspection.client_id beside it")
               : wrong(at(draft, "introspection.client_id") + ": it needs introspection.client_secret_file or introspection.client_secret");
  }
  if (!in.client_secret.empty() && in.client_secret.reveal().size() < 32)
    return wrong(at(draft, "introspection.client_secret") + " has " + std::to_string(in.client_secret.reveal().size()) +
                 " bytes: it wants 32 or more");
  return base::ok;
}

base::Status check_upstream(Draft& draft) {
  const auto& up = draft.config.upstream;
  if (!up.proxy.empty()) {
    const auto url = base::parse_url(up.proxy);
    const bool good = url && (url->scheme == "http" || url->scheme == "https") && (url->path.empty() || url->path == "/") &&
                      !url->has_query && !url->has_fragment;
    if (!good) return refused(draft, "upstream.proxy", up.proxy, "it wants \"http://HOST:PORT\"");
  }
  if (!up.ca_file.empty() && ::access(up.ca_file.c_str(), R_OK) != 0)
    return refused(draft, "upstream.ca_file", up.ca_file, "cannot be read");
  return base::ok;
}

base::Status check_folder(Draft& draft) {
  const auto& dir = draft.config.providers_dir;
  struct stat about {};
  if (dir.empty() || (::stat(dir.c_str(), &about) == 0 && S_ISDIR(about.st_mode) && ::access(dir.c_str(), R_OK | X_OK) == 0))
    return base::ok;
  return refused(draft, "providers_dir", dir, "it wants a folder that can be read");
}

base::Status check_whole(Draft& draft) {
  auto& c = draft.config;
  const auto file = c.file.empty() ? std::string{"configuration"} : c.file;
  if (c.demo.enabled) c.warnings.push_back(at(draft, "demo.enabled") + ": anyone can sign in as anyone: for trying things out only");
  if (c.providers.empty()) {
    c.warnings.push_back(
        file + ": no provider: nobody can log in: add [providers.NAME], or demo.enabled = true; `latchstring providers` lists the names");
  } else if (c.redirect_uris.empty()) {
    c.warnings.push_back(file +
                         ": redirect_uris is empty: GET /o/NAME/ will refuse every redirect_uri; only redirect mode (/o/NAME/login) works");
  }
  return base::ok;
}

}  // namespace

base::Status check(Draft& draft) {
  constexpr base::Status (*kChecks[])(Draft&) = {check_public_url, check_redirect_uris, check_origins,       check_store,    check_proxies,
                                                 check_tokens,     check_flows, check_confine, check_domains,       check_emails,   check_trusted,
                                                 check_pages,      check_hooks,         check_introspection, check_upstream, check_folder,
                                                 check_gate,       check_whole};
  for (const auto one : kChecks) {
    if (auto good = one(draft); !good) return good;
  }
  return base::ok;
}

}  // namespace config
