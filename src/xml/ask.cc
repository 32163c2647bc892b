#include "xml/ask.h"

#include <algorithm>
#include <utility>

#include "xml/work.h"

namespace xml {
namespace {

/// What the process is made of is not passed around like a value: like the standard streams, there is one. Written before there are
/// threads.
Way& way() {
  static Way one;
  return one;
}

base::Error read_error(Unpacker& in) {
  const auto code = std::min(in.number(), static_cast<std::uint32_t>(base::Code::internal));
  base::Error error{static_cast<base::Code>(code), std::string{in.text()}, std::string{in.text()}};
  if (!in.ended()) return {base::Code::internal, "XML: the reader's answer does not hold together"};
  return error;
}

}  // namespace

void send_work_by(Way to) { way() = std::move(to); }

base::Result<Answer> ask(std::string_view request) {
  static Workshop here;
  auto told = way() ? way()(request) : here.work(request);
  if (!told) return told.error();
  Unpacker in{*told};
  if (in.number() != 1) return read_error(in);
  return Answer{std::move(*told), sizeof(std::uint32_t)};
}

void pack(Packer& request, std::string_view bytes, const Limits& limits) {
  for (const auto limit : {limits.bytes, limits.depth, limits.nodes, limits.name}) request.number(static_cast<std::uint32_t>(limit));
  request.text(bytes);
}

std::string request_of_nothing() { return Packer{}.number(static_cast<std::uint32_t>(Task::nothing)).take(); }

}  // namespace xml
