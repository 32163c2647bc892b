// answer_fuzz.cc: what token and user endpoints answer, in each form that a provider's file may name. The first byte chooses it.
// What can be read is JSON again; what is shown of it holds no control character.
#include "base/encode.h"
#include "fuzz.h"
#include "providers/answer.h"
#include "providers/callback_error.h"
#include "providers/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using providers::AnswerKind;
  constexpr AnswerKind kKinds[] = {AnswerKind::json, AnswerKind::form, AnswerKind::either, AnswerKind::jsonp, AnswerKind::xml};
  if (size == 0) return 0;
  const auto body = fuzz::view(data + 1, size - 1);
  const auto kind = kKinds[data[0] % std::size(kKinds)];
  const auto answer = providers::read_answer(body, kind);
  if (answer) {
    const auto text = answer->root().dump();
    HOLDS(json::Document::parse(text));
    for (const auto& [name, value] : answer->root().members()) HOLDS(kind != AnswerKind::form || value.is_string());
  }
  for (const int status : {400, 401, 503}) {
    const net::Response response{status, {}, std::string{body}};
    for (const auto& error : {providers::token_failure(response), providers::user_failure(response)}) {
      HOLDS(!error.say.empty() && base::is_utf8(error.detail) && error.detail.find('\n') == std::string::npos);
    }
  }
  const auto shown = providers::clean(body, 100);
  HOLDS(shown.size() <= 100 && base::is_utf8(shown) && shown.find_first_of("\n\r\x1b\x7f") == std::string::npos);
  HOLDS(providers::clean(shown, 100) == shown);
  if (providers::is_identifier(body)) HOLDS(base::is_utf8(body) && body.size() <= 255);
  if (providers::is_plain_email(body)) HOLDS(body.find('@') == body.rfind('@') && body.find(',') == body.npos);
  return 0;
}
