// cas_fuzz.cc: what a CAS server answers about a ticket: somebody is let in by one plain success, and nothing else.
#include "fuzz.h"
#include "providers/cas_answer.h"
#include "xml/document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = fuzz::view(data, size);
  if (providers::cas::is_ticket(body)) HOLDS(body.size() <= 256 && body.find_first_of("&=?# \r\n/\\%") == body.npos);
  const auto said = providers::cas::read_validation(body);
  if (!said) {
    HOLDS(!said.error().say.empty());
    return 0;
  }
  const auto user = said->root()["user"].string();
  HOLDS(user && !user->empty() && said->root()["attributes"].is_object());
  HOLDS(body.find("authenticationSuccess") != body.npos && body.find("<!DOCTYPE") >= body.find(":serviceResponse"));
  std::size_t values = 0;
  for (const auto& [name, value] : said->root()["attributes"].members()) values += std::max<std::size_t>(value.size(), 1);
  HOLDS(values <= 500);
  return 0;
}
