// keys.cc: a key here is its text: whoever uses it is given it along with the document. That goes for our own private key too: what it
// opens is worth no more than what the process that opens it says of the content anyway, and the worker has it besides, to sign requests.
#include "xml/keys.h"

#include "xml/ask.h"

namespace xml {

base::Result<PeerKey> PeerKey::read(std::string_view text) {
  auto known = ask(Packer{}.number(static_cast<std::uint32_t>(Task::peer_key)).text(text).take());
  if (!known) return known.error();
  return PeerKey{std::make_shared<const std::string>(text)};
}

base::Result<OwnKey> OwnKey::read(const base::Secret& text) {
  auto known = ask(Packer{}.number(static_cast<std::uint32_t>(Task::own_key)).text(text.reveal()).take());
  if (!known) return known.error();
  return OwnKey{std::make_shared<const base::Secret>(text.clone())};
}

}  // namespace xml
