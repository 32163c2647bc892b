// work.cc: see work.h. An answer begins with 1, then comes what the task gives; or with 0, then code, detail and text of the Error.
#include "xml/work.h"

#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "xml/ask.h"
#include "xml/dom_encryption.h"
#include "xml/dom_signature.h"
#include "xml/node.h"
#include "xml/xmlsec.h"

namespace xml {
namespace {

constexpr std::size_t kMostKeys = 256;

base::Error garbled() { return {base::Code::internal, "XML: a request that cannot be read"}; }

Packer good() {
  Packer out;
  out.number(1);
  return out;
}

std::string bad(const base::Error& error) {
  return Packer{}.number(0).number(static_cast<std::uint32_t>(error.code)).text(error.detail).text(error.say).take();
}

void write_node(Packer& out, const xmlNode* node, std::uint32_t parent) {
  if (node->type != XML_ELEMENT_NODE) {
    out.number(0).number(parent).text(dom::view(node->content));
    return;
  }
  const dom::Element element{const_cast<xmlNode*>(node)};
  const auto attributes = element.attributes();
  out.number(1).number(parent).text(element.name()).text(element.ns()).number(static_cast<std::uint32_t>(attributes.size()));
  for (const auto& [name, ns, value] : attributes) out.text(name).text(ns).text(value);
}

/// What read_tree() reads.
void write_tree(Packer& out, const dom::Document& document) {
  std::uint32_t count = 0;
  const auto nothing = [](const xmlNode*, std::uint32_t, std::uint32_t) {};
  dom::walk(dom::node_of(document.root()), count, 0, nothing);
  out.number(count);
  std::uint32_t next = 0;
  const auto write = [&](const xmlNode* node, std::uint32_t, std::uint32_t parent) { write_node(out, node, parent); };
  dom::walk(dom::node_of(document.root()), next, 0, write);
}

/// The element at a place of the document that begins a request.
struct Place {
  dom::Document document;
  dom::Element element;
};

base::Result<dom::Document> read_document(Unpacker& in) {
  Limits limits{.bytes = in.number(), .depth = in.number(), .nodes = in.number(), .name = in.number()};
  const auto bytes = in.text();
  if (!in.good()) return garbled();
  return dom::Document::parse(bytes, limits);
}

base::Result<Place> read_place(Unpacker& in) {
  auto document = read_document(in);
  if (!document) return document.error();
  const auto wanted = in.number();
  dom::Element found;
  const auto look = [&](xmlNode* node, std::uint32_t at, std::uint32_t) {
    if (at == wanted && node->type == XML_ELEMENT_NODE) found = dom::Element{node};
  };
  std::uint32_t next = 0;
  dom::walk(dom::node_of(document->root()), next, 0, look);
  if (!found || !in.good()) return garbled();
  return Place{std::move(*document), found};
}

template <class Key, class Read>
base::Result<Key> kept(std::mutex& mutex, std::map<std::string, Key, std::less<>>& keys, std::string_view text, Read read) {
  const std::lock_guard lock{mutex};
  if (const auto it = keys.find(text); it != keys.end()) return it->second;
  base::Result<Key> key = read(text);
  if (!key) return key.error();
  if (keys.size() >= kMostKeys) keys.clear();
  keys.emplace(text, *key);
  return key;
}

}  // namespace

base::Result<dom::PeerKey> Workshop::peer(std::string_view text) { return kept(mutex_, peers_, text, dom::PeerKey::read); }
base::Result<dom::OwnKey> Workshop::own(std::string_view text) {
  return kept(mutex_, own_, text, [](std::string_view t) { return dom::OwnKey::read(base::Secret{t}); });
}

base::Result<std::string> Workshop::parse(Unpacker& in) {
  auto document = read_document(in);
  if (!document) return document.error();
  auto out = good();
  write_tree(out, *document);
  return out.take();
}

base::Result<std::string> Workshop::verify(Unpacker& in) {
  auto place = read_place(in);
  if (!place) return place.error();
  const SignatureRules rules{.sha1 = in.number() == 1};
  std::vector<dom::PeerKey> keys;
  for (auto count = in.number(); count > 0 && in.good(); --count) {
    auto key = peer(in.text());
    if (!key) return key.error();
    keys.push_back(std::move(*key));
  }
  if (!in.ended()) return garbled();
  auto verified = dom::verified(place->element, keys, rules);
  if (!verified) return verified.error();
  auto out = good();
  out.text(verified->text);
  write_tree(out, verified->document);
  return out.take();
}

base::Result<std::string> Workshop::decrypt(Unpacker& in) {
  auto place = read_place(in);
  if (!place) return place.error();
  auto key = own(in.text());
  if (!key) return key.error();
  if (!in.ended()) return garbled();
  auto decrypted = dom::decrypted(place->element, *key);
  if (!decrypted) return decrypted.error();
  auto out = good();
  out.text(decrypted->text);
  write_tree(out, decrypted->document);
  return out.take();
}

base::Result<std::string> Workshop::sign(Unpacker& in) {
  const auto text = in.text();
  const std::string id{in.text()};
  auto key = own(in.text());
  if (!key) return key.error();
  if (!in.ended()) return garbled();
  auto with_signature = dom::sign_root(text, id, *key);
  if (!with_signature) return with_signature.error();
  return good().text(*with_signature).take();
}

base::Result<std::string> Workshop::done(std::string_view request) {
  Unpacker in{request};
  switch (static_cast<Task>(in.number())) {
    case Task::nothing: return good().take();
    case Task::parse: return parse(in);
    case Task::verify: return verify(in);
    case Task::decrypt: return decrypt(in);
    case Task::sign: return sign(in);
    case Task::peer_key: {
      auto key = peer(in.text());
      return key ? base::Result<std::string>{good().take()} : key.error();
    }
    case Task::own_key: {
      auto key = own(in.text());
      return key ? base::Result<std::string>{good().take()} : key.error();
    }
  }
  return garbled();
}

std::string Workshop::work(std::string_view request) {
  auto answer = done(request);
  return answer ? std::move(*answer) : bad(answer.error());
}

bool Workshop::prepare() { return dom::start_xmlsec(); }

}  // namespace xml
