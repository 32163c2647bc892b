// answer.h: what a provider answered, taken apart, and its failures in the texts of djoser (wire.md F01-F40) less everything that names a
// URL.
#pragma once
#include <string_view>

#include "base/result.h"
#include "json/value.h"
#include "net/client.h"
#include "providers/spec.h"

namespace providers {

/// At most 256 KiB; a form or XML becomes JSON (xml_json.h), a form's values are all texts.
base::Result<json::Document> read_answer(std::string_view body, AnswerKind kind = AnswerKind::json);

base::Error unreadable(std::string detail);

/// No answer at all: connection, TLS, timeout, too large. `step` is for the log ("token", "userinfo").
base::Error no_answer(const base::Error& error, std::string_view step);
/// The same where the call may have failed before it was made: an error of our own stays as it is.
base::Error not_sent(const base::Error& error, std::string_view step);
/// A status that is no success. The token endpoint's 400 means a bad code, its 401 bad client credentials (RFC 6749 5.2).
base::Error token_failure(const net::Response& response);
base::Error user_failure(const net::Response& response);
base::Error status_failure(const net::Response& response, std::string_view step);

/// "Token error: ...": the answer came, and is not to be believed. `why` is our own text.
base::Error token_error(std::string_view why, std::string detail = {});

/// RFC 9207 2.4: the authorization answer comes from another provider than the one that was asked (mix-up, RFC 9700 4.4).
base::Error wrong_issuer();

/// One value in application/x-www-form-urlencoded, both sides encoded.
void append_form(std::string& form, std::string_view name, std::string_view value);

}  // namespace providers
