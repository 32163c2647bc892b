#include "xml/encryption.h"

#include "xml/ask.h"
#include "xml/tree.h"

namespace xml {

base::Result<Decrypted> decrypted(const Element& holder, const OwnKey& key) {
  const base::Error refused{base::Code::denied, "encryption: cannot be decrypted"};
  if (!holder) return refused;
  const auto& tree = *holder.tree();
  Packer request;
  request.number(static_cast<std::uint32_t>(Task::decrypt));
  pack(request, tree.source, tree.limits);
  auto answer = ask(request.number(holder.place()).text(key.text()).take());
  if (!answer) return answer.error();
  Unpacker in{std::string_view{answer->told}.substr(answer->at)};
  std::string context{in.text()};
  const auto at = answer->told.size() - in.left();
  auto out = read_tree(std::move(answer->told), at, std::move(context), {});
  if (!out) return out.error();
  Document document{std::move(*out)};
  const auto inside = document.root().children();
  if (inside.size() != 1) return refused;
  return Decrypted{std::move(document), inside[0]};
}

}  // namespace xml
