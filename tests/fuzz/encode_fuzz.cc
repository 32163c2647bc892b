// encode_fuzz.cc: base/encode.h and base/text.h: decoders undo encoders, and take one text for each value.
#include "base/encode.h"
#include "base/markup.h"
#include "base/text.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::view(data, size);
  HOLDS(base::base64url_decode(base::base64url(text)) == text);
  HOLDS(base::base64_decode(base::base64(text)) == text);
  HOLDS(base::hex_decode(base::hex(text)) == text);
  HOLDS(base::percent_decode(base::percent_encode(text)) == text);
  HOLDS(base::percent_decode(base::percent_encode(text), true) == text);
  // Strict: a second spelling of the same bytes would be a second text of one token (RFC 4648 3.5).
  if (const auto bytes = base::base64url_decode(text)) HOLDS(base::base64url(*bytes) == text);
  if (const auto bytes = base::base64_decode(text)) HOLDS(base::base64(*bytes) == text);
  if (const auto bytes = base::hex_decode(text)) HOLDS(base::hex(*bytes) == base::lower(text));
  base::percent_decode(text, true);
  base::is_utf8(text);
  HOLDS(base::escape_markup(text).find_first_of("<>\"'") == std::string::npos);
  HOLDS(base::join(base::split(text, ','), ",") == text);
  if (const auto n = base::parse_int(text)) HOLDS(base::parse_int(std::to_string(*n)) == n);
  if (const auto span = base::parse_duration(text)) HOLDS(span->count() >= 0 && span->count() <= 3660LL * 86400);
  if (const auto bytes = base::parse_size(text)) HOLDS(*bytes <= std::size_t{1} << 30);
  base::nearest(text.substr(0, 64), {"redirect_uris", "public_url", "client_id"});
  return 0;
}
