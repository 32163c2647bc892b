// tokens.h: tokens of ours that a client brings in a body, for the endpoints that take one (tokens.cc, revocation.cc, devices.cc).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "flow/call.h"

namespace flow {

/// 401 {"detail","code":"token_not_valid"}, simplejwt's.
http::Response token_invalid(std::string_view text);
/// The same for what Keys::check gave, or 500.
http::Response token_refused(const base::Error& error);

/// A field of the body, with DRF's texts for what is wrong with it.
struct Field {
  std::string value;
  std::optional<http::Response> refused;
};
Field required_field(const Body& body, std::string_view name);

/// A refresh token that was brought: ours, and not expired. Its session may have ended; none: it and its tokens are gone (its user was
/// deleted).
struct BroughtRefresh {
  std::optional<store::Refresh> found;
  std::optional<http::Response> refused;
};
BroughtRefresh brought_refresh(Call& call, const Body& body);

/// Ends it, with all its refresh tokens, and an audit row that says so. Nothing if it has ended.
base::Status end_with_note(Call& call, const store::Session& session, std::string_view event);

}  // namespace flow
