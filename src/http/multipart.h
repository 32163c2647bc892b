// http/multipart.h: the text fields of multipart/form-data (RFC 7578), because djoser accepts it (wire.md P13). Files are skipped.
#pragma once
#include <optional>
#include <string_view>

#include "http/request.h"

namespace http {

/// nullopt if the boundary is missing or the body is malformed. At most 100 parts.
std::optional<Params> parse_multipart(std::string_view content_type, std::string_view body);

}  // namespace http
