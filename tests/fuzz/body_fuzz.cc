// body_fuzz.cc: the body of a POST by its content type: form, JSON, multipart, or a refusal. The first line is the type. What is
// taken is text that can be logged and stored; everything else is refused with a 4xx that is JSON.
#include "base/encode.h"
#include "flow/call.h"
#include "fuzz.h"
#include "http/multipart.h"

namespace {

/// The same fields once more, by a writer that knows nothing of the reader.
std::string multipart_of(const http::Params& params, const std::string& boundary) {
  std::string out;
  for (const auto& [name, value] : params.items()) {
    out += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"";
    for (const char c : name) out += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    out += "\"\r\n\r\n" + value + "\r\n";
  }
  return out + "--" + boundary + "--\r\n";
}

void check_multipart(std::string_view type, std::string_view body) {
  const auto read = http::parse_multipart(type, body);
  if (!read) return;
  HOLDS(read->items().size() <= 100);
  const std::string boundary = "=_latchstring-fuzz-boundary";
  for (const auto& [name, value] : read->items()) {
    if (name.find_first_of("\r\n") != std::string::npos || value.find(boundary) != std::string::npos) return;
  }
  const auto again = http::parse_multipart("multipart/form-data; boundary=\"" + boundary + '"', multipart_of(*read, boundary));
  HOLDS(again && again->items() == read->items());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Lines lines{fuzz::view(data, size)};
  http::Request request;
  request.content_type = lines.next();
  request.body = lines.rest();
  check_multipart(request.content_type, request.body);
  const auto read = flow::read_body(request);
  if (read.refused) {
    HOLDS(read.refused->status >= 400 && read.refused->status < 500);
    HOLDS(json::Document::parse(read.refused->body));
    return 0;
  }
  for (const auto& [name, value] : read.body.form.items()) {
    HOLDS(base::is_utf8(name) && base::is_utf8(value) && value.find('\0') == std::string::npos);
    HOLDS(read.body.has(name) && read.body.text(name));
  }
  if (read.body.json) HOLDS(read.body.json->root().is_object() && read.body.form.items().empty());
  read.body.text("state");
  return 0;
}
