#include "xml/dom_encryption.h"

#include <xmlsec/buffer.h>
#include <xmlsec/crypto.h>

#include <array>
#include <string>

#include "base/markup.h"
#include "base/text.h"
#include "xml/node.h"
#include "xml/xmlsec.h"

namespace xml::dom {
namespace {

constexpr auto kDataMethods = std::to_array<std::string_view>({
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
    "http://www.w3.org/2001/04/xmlenc#aes192-cbc",
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
    "http://www.w3.org/2009/xmlenc11#aes128-gcm",
    "http://www.w3.org/2009/xmlenc11#aes192-gcm",
    "http://www.w3.org/2009/xmlenc11#aes256-gcm",
});
constexpr std::string_view kOaep = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
constexpr std::size_t kMostKeys = 4;

base::Error refused() { return {base::Code::denied, "encryption: cannot be decrypted"}; }

/// CipherValue and nothing else: a CipherReference would name an address.
bool has_plain_cipher(const Element& encrypted) {
  const auto data = encrypted.children("CipherData", kEnc);
  return data.size() == 1 && data[0].children().size() == 1 && static_cast<bool>(data[0].child("CipherValue", kEnc));
}

/// The keys that were encrypted for the readers: inside the data's KeyInfo, or beside the data (saml-core 6.2).
std::vector<Element> encrypted_keys(const Element& holder, const Element& data) {
  auto keys = data.child("KeyInfo", kDsig).children("EncryptedKey", kEnc);
  for (const auto& beside : holder.children("EncryptedKey", kEnc)) keys.push_back(beside);
  if (keys.size() > kMostKeys) keys.resize(kMostKeys);
  return keys;
}

std::string bytes_of(xmlSecBuffer* buffer) {
  if (buffer == nullptr || xmlSecBufferGetData(buffer) == nullptr) return {};
  return {reinterpret_cast<const char*>(xmlSecBufferGetData(buffer)), xmlSecBufferGetSize(buffer)};
}

/// Decrypts with the key that is given; what the document says of keys is not read.
std::string decrypt(const Element& encrypted, SecKey key, xmlEncCtxMode mode) {
  const EncCtx ctx{xmlSecEncCtxCreate(nullptr)};
  if (!ctx || !key) return {};
  ctx->mode = mode;
  ctx->encKey = key.release();
  return bytes_of(xmlSecEncCtxDecryptToBuffer(ctx.get(), node_of(encrypted)));
}

SecKey unwrap(const Element& encrypted_key, const OwnKey& key) {
  if (algorithm_of(encrypted_key.child("EncryptionMethod", kEnc)) != kOaep || !has_plain_cipher(encrypted_key)) return {};
  const base::Secret bytes{decrypt(encrypted_key, key.impl().copy(), xmlEncCtxModeEncryptedKey)};
  if (bytes.empty() || bytes.reveal().size() > 32) return {};
  return SecKey{xmlSecKeyReadMemory(xmlSecKeyDataAesId, reinterpret_cast<const xmlSecByte*>(bytes.reveal().data()),
                                    static_cast<xmlSecSize>(bytes.reveal().size()))};
}

void free_list(xmlNs** list) { xmlFree(list); }

/// `text` inside an element that declares what is declared where the encrypted data stood: some peers rely on it (xmlenc-core1 4.4).
std::string in_context(const Element& where, std::string_view text) {
  std::string out = "<context";
  using List = base::Handle<xmlNs*, free_list>;
  const List all{xmlGetNsList(node_of(where)->doc, node_of(where))};
  for (std::size_t i = 0; all && all.get()[i] != nullptr; ++i) {
    const xmlNs& ns = *all.get()[i];
    out += ns.prefix == nullptr ? " xmlns=\"" : " xmlns:" + std::string{view(ns.prefix)} + "=\"";
    out += base::escape_markup(view(ns.href)) + '"';
  }
  if (text.starts_with("<?xml ")) text.remove_prefix(std::min(text.find("?>"), text.size() - 2) + 2);
  return out.append(">").append(text).append("</context>");
}

}  // namespace

base::Result<Decrypted> decrypted(const Element& holder, const OwnKey& key) {
  if (!start_xmlsec()) return base::Error{base::Code::internal, "xmlsec1 does not start"};
  const auto data = holder.children("EncryptedData", kEnc);
  if (data.size() != 1 || !has_plain_cipher(data[0])) return refused();
  if (!one_of(algorithm_of(data[0].child("EncryptionMethod", kEnc)), kDataMethods)) return refused();
  for (const auto& wrapped : encrypted_keys(holder, data[0])) {
    const auto text = decrypt(data[0], unwrap(wrapped, key), xmlEncCtxModeEncryptedData);
    if (text.empty()) continue;
    auto context = in_context(data[0], text);
    auto document = Document::parse(context);
    if (!document || document->root().children().size() != 1) break;
    const auto element = document->root().children()[0];
    return Decrypted{std::move(context), std::move(*document), element};
  }
  return refused();
}

}  // namespace xml::dom
