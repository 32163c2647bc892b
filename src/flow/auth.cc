// auth.cc: who sends this request? An access token in the Authorization header (RFC 6750 2.1), or nobody.
#include <vector>

#include "flow/call.h"
#include "json/writer.h"

namespace flow {
namespace {

std::vector<std::string_view> words(std::string_view s) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < s.size();) {
    const auto begin = s.find_first_not_of(" \t", i);
    if (begin == s.npos) break;
    const auto end = std::min(s.find_first_of(" \t", begin), s.size());
    out.push_back(s.substr(begin, end - begin));
    i = end;
  }
  return out;
}

/// simplejwt's answer to a token that is none, with its list of what was tried.
http::Response token_not_valid(std::string_view scheme, std::string_view message) {
  json::Writer w;
  w.object().member("detail", "Given token not valid for any token type").member("code", "token_not_valid");
  w.key("messages").array().object().member("token_class", "AccessToken").member("token_type", "access").member("message", message);
  w.end_object().end_array().end_object();
  return http::json(401, w.take()).set("WWW-Authenticate", std::string{scheme} + " realm=\"api\"").note("why", std::string{message});
}

}  // namespace

std::optional<http::Response> authenticate(Call& call) {
  const auto parts = words(call.request.header("authorization"));
  if (parts.empty() || (parts[0] != "Bearer" && parts[0] != "JWT")) return std::nullopt;  // other schemes are not for us
  if (parts.size() != 2) {
    return unauthorized(parts[0], "Authorization header must contain two space-delimited values", "bad_authorization_header");
  }
  auto claims = call.deps.keys.check(parts[1]);
  if (!claims && claims.error().code == base::Code::internal) return failure(claims.error());
  if (!claims) return token_not_valid(parts[0], "Token is invalid");
  if (claims->type != token::Type::access) return token_not_valid(parts[0], "Token has wrong type");
  auto user = call.deps.store.find_user(claims->user_id);
  if (!user) return failure(user.error());
  if (!*user) return unauthorized(parts[0], "User not found", "user_not_found");
  if (!(*user)->active) return unauthorized(parts[0], "User is inactive", "user_inactive");
  call.user = std::move(**user);
  return std::nullopt;
}

}  // namespace flow
