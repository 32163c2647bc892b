// flow/call.h: one request on its way through a handler, and what handlers share: the bearer of a token, the body, the shapes of errors.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "flow/app.h"
#include "http/request.h"
#include "http/response.h"
#include "json/value.h"
#include "store/store.h"
#include "token/jwt.h"
#include "token/session_cookie.h"

namespace flow {

struct Call {
  const http::Request& request;
  Deps& deps;
  std::string name;  // what stood for {provider} in the path; "" if the route has none
  http::Params query;
  std::optional<store::User> user;        // who sends it, by access token or by cookie; active
  std::optional<store::Session> session;  // which session says so; none for a token without `sid`
  bool by_cookie = false;
};

// ---- errors.cc: the one table from a failure to an answer ---------------------------------------------------------------
int http_status(base::Code code) noexcept;
/// {"non_field_errors":[text]}, djoser's shape for everything that a login can fail with.
http::Response non_field_error(int status, std::string_view text);
/// {"field":[text]}, DRF's shape for a bad field.
http::Response field_error(std::string_view field, std::string_view text);
/// {"detail":text,"code":code} with the challenge of RFC 6750 3.
http::Response unauthorized(std::string_view scheme, std::string_view text, std::string_view code);
/// A failure of ours or of the database, answered by its code's status as {"detail"}; `detail` goes to the log line.
http::Response failure(const base::Error& error);
/// A login that failed, answered as djoser does: 400 unless we are to blame (500) or out of resources (503).
http::Response login_failure(const base::Error& error);

// ---- auth.cc ------------------------------------------------------------------------------------------------------------
/// Reads the Authorization header, schemes Bearer and JWT, exact in case (wire.md J20). nullopt: go on (call.user is set where a good token
/// came); an answer: 401, also where the endpoint is open to all (wire.md G36, U07).
std::optional<http::Response> authenticate(Call& call);
/// Where no bearer came: the session cookie. One that is not good is as good as none. An answer: 403, a request that changes something and
/// does not come from a page of ours or of cors.origins (CSRF).
std::optional<http::Response> look_at_cookie(Call& call);
/// The same, wherever the request comes from: others send browsers to /login and /callback, with a form too.
std::optional<http::Response> look_at_cookie_from_anywhere(Call& call);
/// 401 where nobody is signed in.
std::optional<http::Response> require_user(Call& call);
/// True if a browser says that the request comes from a page of ours, or one of cors.origins (Origin, RFC 6454 7; else Sec-Fetch-Site).
/// False where it says nothing.
bool from_our_page(const http::Request& request, const config::Config& config);
void set_session_cookie(http::Response& response, const config::Config& config, std::string value, std::chrono::seconds max_age);
void drop_session_cookie(http::Response& response, const config::Config& config);
/// What the request's session cookie says; nullopt if there is none.
std::optional<token::SessionCookie> session_cookie_of(const http::Request& request, const config::Config& config);

// ---- body.cc ------------------------------------------------------------------------------------------------------------
/// A body taken apart by its content type, as DRF's parsers do (wire.md P07-P16).
struct Body {
  http::Params form;                   // urlencoded or multipart
  std::optional<json::Document> json;  // an object
  /// Member `name` of whichever came; nullopt if absent or not a string.
  std::optional<std::string> text(std::string_view name) const;
  bool has(std::string_view name) const;
};
/// Code::bad_request never leaves as an Error here: the answer is made already (400, 415).
struct ReadBody {
  Body body;
  std::optional<http::Response> refused;
};
ReadBody read_body(const http::Request& request);

// ---- handlers, one file per family --------------------------------------------------------------------------------------
http::Response list_providers(Call& call);  // listing.cc
http::Response begin_login(Call& call);     // begin.cc
http::Response complete_login(Call& call);  // complete.cc
http::Response make_nonce(Call& call);      // native.cc
http::Response begin_redirect(Call& call);  // redirect.cc
http::Response finish_redirect(Call& call);  // redirect_callback.cc
http::Response begin_link(Call& call);  // link.cc
http::Response finish_link(Call& call);
http::Response unlink_identity(Call& call);
http::Response provider_token(Call& call);      // provider_tokens.cc
/// Before an identity goes: the provider is told to forget the tokens that it gave us, if any are kept. Asked first, so that what fails half
/// way can be tried again; what the provider says does not matter.
void forget_provider_tokens(Call& call, const store::Identity& identity);
http::Response backchannel_logout(Call& call);  // logout_told.cc
http::Response frontchannel_logout(Call& call);
http::Response account_events(Call& call);  // account_events.cc
http::Response provider_page(Call& call);   // pages.cc
http::Response refresh_tokens(Call& call);  // tokens.cc
http::Response verify_token(Call& call);
http::Response published_keys(Call& call);
http::Response revoke_refresh(Call& call);  // revocation.cc
http::Response introspect_token(Call& call);
http::Response revoke_token(Call& call);
http::Response show_me(Call& call);  // users.cc
http::Response change_me(Call& call);
http::Response delete_me(Call& call);
http::Response list_identities(Call& call);
http::Response list_sessions(Call& call);  // devices.cc
http::Response end_one_session(Call& call);
http::Response end_all_sessions(Call& call);
http::Response log_out(Call& call);
http::Response gate(Call& call);          // gate.cc
http::Response sign_in_page(Call& call);  // www.cc
http::Response account_page(Call& call);
http::Response signed_out_page(Call& call);
http::Response www_file(Call& call);
http::Response interface_file(Call& call);
http::Response health(Call& call);  // ops.cc
http::Response metrics(Call& call);

http::Response provider_unknown(std::string_view name);       // begin.cc: djoser's 404
std::string_view outcome_of(const http::Response& response);  // complete.cc: "ok", "refused", "failed", for log and metrics

/// The access and refresh token of a session, signed. `jti` is the refresh token's.
struct Tokens {
  std::string access, refresh;
};
struct TokenRequest {
  std::int64_t user = 0;
  std::string email = {}, provider = {}, refresh_jti = {};
  base::Time now{}, refresh_expires{};
  std::int64_t session = 0;
  std::string claims = {};  // the login hook's; access tokens only
};
base::Result<std::string> make_access(Deps& deps, const token::KeyRing& ring, const TokenRequest& wanted);
base::Result<std::string> make_refresh(Deps& deps, const token::KeyRing& ring, const TokenRequest& wanted);

}  // namespace flow
