// routes.h: the table of all paths that latchstring answers (routes.cc), for the one function that walks it (handle.cc).
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "flow/call.h"

namespace flow {

using Handler = http::Response (*)(Call&);

enum class Kind {
  api,      // djoser's: content negotiation, a bearer is looked at, open to all
  account,  // of a user who is signed in, by bearer or by cookie: 401 without
  open,     // machines ask these: nothing is looked at
  page,     // browsers: HTML, the cookie is looked at, open to all
  arrival,  // as page, and other sites send browsers here, with forms too: what a POST may do is the handler's to check
};

struct Route {
  std::string_view pattern;
  std::string_view title;  // DRF's OPTIONS answer
  Kind kind = Kind::api;
  bool redirect_without_slash = false;  // djoser's /o/ paths: a GET is sent to the path with the slash
  Handler get = nullptr, post = nullptr, patch = nullptr, del = nullptr;
};

std::span<const Route> routes() noexcept;

struct Found {
  const Route* route = nullptr;
  std::string name;  // what stood for the pattern's {...}
  bool slash_added = false;
};
/// `path` is below the mount. A slash at its end may be left out.
Found find_route(std::string_view path);

std::string allow_of(const Route& route);
/// nullptr: 405.
Handler handler_of(const Route& route, std::string_view method) noexcept;

}  // namespace flow
