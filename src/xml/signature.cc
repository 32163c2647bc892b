#include "xml/signature.h"

#include "xml/ask.h"
#include "xml/tree.h"

namespace xml {

bool is_signed(const Element& element) { return !element.children("Signature", kDsig).empty(); }

base::Result<Document> verified(const Element& element, std::span<const PeerKey> keys, const SignatureRules& rules) {
  if (!element) return base::Error{base::Code::denied, "signature: there is no element"};
  const auto& tree = *element.tree();
  Packer request;
  request.number(static_cast<std::uint32_t>(Task::verify));
  pack(request, tree.source, tree.limits);
  request.number(element.place()).number(rules.sha1 ? 1 : 0).number(static_cast<std::uint32_t>(keys.size()));
  for (const auto& key : keys) request.text(key.text());
  auto answer = ask(request.take());
  if (!answer) return answer.error();
  Unpacker in{std::string_view{answer->told}.substr(answer->at)};
  std::string content{in.text()};
  const auto limits = limits_of_signed(content.size());
  const auto at = answer->told.size() - in.left();
  auto out = read_tree(std::move(answer->told), at, std::move(content), limits);
  if (!out) return out.error();
  return Document{std::move(*out)};
}

base::Result<std::string> sign_root(std::string_view text, const std::string& id, const OwnKey& key) {
  Packer request;
  auto answer = ask(request.number(static_cast<std::uint32_t>(Task::sign)).text(text).text(id).text(key.text()).take());
  if (!answer) return answer.error();
  return std::string{Unpacker{std::string_view{answer->told}.substr(answer->at)}.text()};
}

}  // namespace xml
