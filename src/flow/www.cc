// www.cc: the pages that a browser is shown below the mount, so that an admin who mounts latchstring has them without a file of their own:
// GET /login, /account, /signed-out, and GET /www/{file}, what these pages are made with (pages/files.h).
#include "base/encode.h"
#include "base/text.h"
#include "flow/next.h"
#include "flow/page.h"
#include "pages/files.h"

namespace flow {
namespace {

/// A button for each provider that is enabled; `next` is where it leads in the end, "" = the default.
std::vector<pages::Row> provider_rows(const Call& call, std::string_view next) {
  std::vector<pages::Row> rows;
  for (const auto& info : call.deps.broker.list()) {
    auto url = call.deps.config.mount + "/o/" + base::percent_encode(info.name) + "/login";
    if (!next.empty()) url += "?next=" + base::percent_encode(next);
    rows.push_back({{"provider", info.title}, {"url", std::move(url)}});
  }
  return rows;
}

std::string name_of(const store::User& user) {
  if (!user.name.empty()) return user.name;
  return user.email.empty() ? user.username : user.email;
}

/// RFC 9110 13.1.2: any of the tags, compared weakly.
bool already_has(std::string_view if_none_match, std::string_view etag) {
  for (const auto& one : base::split(if_none_match, ',')) {
    auto tag = base::trim(one);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag || tag == "*") return true;
  }
  return false;
}

/// A file; `for_good`: its address changes with it, so that browsers need not ask again.
http::Response send_file(const Call& call, const pages::File& file, bool for_good) {
  const bool has_it = already_has(call.request.header("if-none-match"), file.etag);
  http::Response response;
  response.status = has_it ? 304 : 200;
  response.set("Cache-Control", for_good ? "public, max-age=31536000, immutable" : "no-cache")
      .set("ETag", std::string{file.etag})
      .set("Vary", "Origin");
  if (has_it) return response;
  response.set("Content-Type", std::string{file.content_type});
  response.body = file.body;
  return response;
}

}  // namespace

http::Response sign_in_page(Call& call) {
  const auto* given = call.query.last("next");
  std::string next;
  if (given != nullptr && !given->empty()) {
    auto checked = check_next(*given, call.deps.config);
    if (!checked) {
      call.query = {};  // no way back to there
      return error_page(call, 0, checked.error());
    }
    next = std::move(*checked);
  }
  PageValues values;
  values.lists.emplace_back("providers", provider_rows(call, next));
  if (call.user) values.values = {{"name", name_of(*call.user)}, {"next", next}};
  return page(call, 200, "login", values);
}

http::Response account_page(Call& call) {
  const auto& config = call.deps.config;
  if (!call.user) return http::empty(303).set("Location", location_of(login_address(config, config.mount + "/account"), config));
  const auto& user = *call.user;
  PageValues values{{{"who", name_of(user)}, {"name", user.name}, {"username", user.username}}, {}};
  values.lists.emplace_back("providers", provider_rows(call, ""));
  return page(call, 200, "account", values);
}

http::Response signed_out_page(Call& call) { return page(call, 200, "signed-out", {}); }

/// `VERSION/NAME` may be kept for good if the version is ours; `NAME`, and another version (while workers are being replaced), is asked for
/// again each time.
http::Response www_file(Call& call) {
  std::string_view name = call.name;
  const auto version = pages::version();
  const bool versioned = name.size() > version.size() && name.starts_with(version) && name[version.size()] == '/';
  const auto* file = pages::find_file(versioned ? name.substr(version.size() + 1) : name);
  const auto slash = name.find('/');
  if (file == nullptr && slash == version.size()) file = pages::find_file(name.substr(slash + 1));
  return file == nullptr ? http::detail(404, "Not found.") : send_file(call, *file, versioned);
}

http::Response interface_file(Call& call) {
  const auto* file = pages::find_file("openapi.json");
  return file == nullptr ? http::detail(404, "Not found.") : send_file(call, *file, false);
}

}  // namespace flow
