// gate_answer.cc: see gate_answer.h.
#include "flow/gate_answer.h"

#include <algorithm>
#include <array>

#include "base/encode.h"
#include "base/text.h"
#include "base/url.h"
#include "flow/next.h"
#include "flow/page.h"
#include "json/writer.h"
#include "store/rules.h"

namespace flow {
namespace {

constexpr std::size_t kMostNext = 1536;  // bytes, encoded: all headers stay below 3 KB
constexpr std::size_t kMostValue = 256;  // of a variable

/// A person with a browser, who can be shown a page. Programs and scripts ask for JSON or for anything.
bool is_browser(const http::Request& request) {
  if (request.method != "GET" && request.method != "HEAD") return false;
  for (const auto& range : base::split(request.header("accept"), ','))
    if (base::equal_no_case(base::trim(std::string_view{range}.substr(0, range.find(';'))), "text/html")) return true;
  return false;
}

/// Where a login may lead back to; "" if nowhere.
std::string way_back(const config::Config& config, std::string_view original) {
  if (original.empty() || original.size() > kMostNext) return {};
  auto next = check_next(original, config);
  return next && base::percent_encode(*next).size() <= kMostNext ? std::move(*next) : std::string{};
}

std::string json_body(std::string_view detail, std::string_view url) {
  json::Writer w;
  return w.object().member("detail", detail).member("login_url", url).end_object().take();
}

/// For a person; the notes for the log are the gate's own.
http::Response page_of(Call& call, int status, std::string_view text) {
  if (auto next = way_back(call.deps.config, call.request.original); !next.empty()) call.query.add("next", std::move(next));
  auto response = error_page(call, status, {base::Code::denied, {}, std::string{text}});
  response.notes.clear();
  return response;
}

}  // namespace

std::string header_text(std::string_view value, std::size_t most) {
  if (!base::is_utf8(value)) return {};
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto byte = static_cast<unsigned char>(value[i]);
    if (byte < 0x20 || byte == 0x7f) continue;
    // U+0080 to U+009F: control characters of ISO 8859-1, which is what some read headers as.
    if (byte == 0xc2 && static_cast<unsigned char>(value[i + 1]) < 0xa0) {
      ++i;
      continue;
    }
    out += value[i];
  }
  return std::string{base::trim(store::clip(base::trim(out), most))};
}

std::string sign_in_url(const config::Config& config, std::string_view original) {
  auto url = config.pages.login.empty() ? config.public_url + "/login" : config.pages.login;
  if (const auto next = way_back(config, original); !next.empty()) base::append_query(url, "next", next);
  return url;
}

http::Response let_in(const http::Request& request, const std::optional<GateGuest>& guest) {
  http::Response response;
  response.lets_in = true;
  if (!guest) return response;
  const std::array<std::array<const char*, 2>, 5> names{{{"Variable-REMOTE_USER", "Remote-User"},
                                                         {"Variable-REMOTE_USER_ID", "Remote-User-Id"},
                                                         {"Variable-REMOTE_EMAIL", "Remote-Email"},
                                                         {"Variable-REMOTE_NAME", "Remote-Name"},
                                                         {"Variable-REMOTE_PROVIDER", "Remote-Provider"}}};
  const std::array values{&guest->username, &guest->id, &guest->email, &guest->name, &guest->provider};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (auto value = header_text(*values[i], kMostValue); !value.empty())
      response.set(names[i][request.authorizer ? 0 : 1], std::move(value));
  }
  return response;
}

http::Response sign_in_first(const Call& call, bool lead) {
  auto url = sign_in_url(call.deps.config, call.request.original);
  if (lead && is_browser(call.request)) return http::empty(303).set("Location", std::move(url));
  return http::json(401, json_body("Authentication credentials were not provided.", url)).set("WWW-Authenticate", "Bearer realm=\"gate\"");
}

http::Response not_allowed(Call& call, bool lead, std::string_view text) {
  if (lead && is_browser(call.request)) return page_of(call, 403, text);
  return http::json(403, json_body(text, sign_in_url(call.deps.config, call.request.original)));
}

http::Response refused_elsewhere(Call& call) {
  const bool again = call.request.refused == 401;
  const int status = again ? 503 : 403;
  const auto* text = again ? "You are signed in: this page can be opened now." : "The web server does not show this page to anybody.";
  auto response = is_browser(call.request) ? page_of(call, status, text) : http::detail(status, text);
  if (again) response.set("Retry-After", "1");
  return response;
}

}  // namespace flow
