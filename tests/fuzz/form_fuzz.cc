// form_fuzz.cc: http::parse_form: what it gives, encoded and read again, is the same; its limits hold; and of two forms laid over
// each other the upper one decides.
#include "base/encode.h"
#include "fuzz.h"
#include "http/request.h"
#include "http/route.h"

namespace {

std::string encoded(const http::Params& params) {
  std::string out;
  for (const auto& [name, value] : params.items()) {
    if (!out.empty()) out += '&';
    out += base::percent_encode(name) + '=' + base::percent_encode(value);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::view(data, size);
  const auto form = http::parse_form(text);
  HOLDS(form.items().size() <= 1000);
  HOLDS(http::parse_form(encoded(form)).items() == form.items());
  const auto half = text.find("\n");
  const auto over = http::parse_form(text.substr(0, half));
  const auto merged = http::parse_form(text.substr(half == text.npos ? 0 : half)).merged(over);
  for (std::size_t i = 0; i < std::min<std::size_t>(over.items().size(), 8); ++i) {
    const auto& name = over.items()[i].first;
    HOLDS(over.count(name) == merged.count(name));
    HOLDS(*over.last(name) == *merged.last(name));
  }
  if (const auto name = http::match("/o/{provider}/", text)) {
    HOLDS(!name->empty() && name->find_first_of(std::string_view{"\0 \t\r\n\x7f", 6}) == std::string::npos);
    HOLDS(http::match("/o/{provider}/", "/o/" + base::percent_encode(*name) + "/") == name);
  }
  return 0;
}
