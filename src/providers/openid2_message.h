// openid2_message.h: the two forms of an OpenID 2.0 message (4.1): parameters "openid.NAME" of a request, and lines "NAME:VALUE" of an
// answer, which is also the text that is signed (6.1). Pure.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "providers/broker.h"

namespace providers::openid2 {

inline constexpr std::string_view kNamespace = "http://specs.openid.net/auth/2.0";

/// NAME -> VALUE, without "openid.".
using Fields = std::map<std::string, std::string, std::less<>>;

std::string_view field(const Fields& fields, std::string_view name) noexcept;  // "" = absent

/// The fields among a callback's parameters. Refused: more than 100 of them, or one that key-value form cannot hold (a line feed anywhere,
/// a colon in the name): two different messages would be one signed text.
base::Result<Fields> fields_of(const Params& params);

/// 4.1.1. Refused: more than 64 KiB, a line without a colon, a name that comes twice.
base::Result<Fields> parse_key_values(std::string_view text);

/// application/x-www-form-urlencoded, for a POST to the OP.
std::string to_form(const Fields& fields);

/// `url` with the fields as query, in the order of their names.
std::string to_url(std::string url, const Fields& fields);

/// 6.1: the fields named in `names`, in that order, in key-value form. Each must be there.
std::string signed_text(const Fields& fields, const std::vector<std::string>& names);

}  // namespace providers::openid2
