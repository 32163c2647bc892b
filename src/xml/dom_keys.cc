#include "xml/dom_keys.h"

#include <xmlsec/app.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/xmlsec.h>

#include <mutex>
#include <string>

#include "base/encode.h"
#include "xml/node.h"
#include "xml/xmlsec.h"

namespace xml::dom {
namespace {

void silent(const char*, int, const char*, const char*, const char*, int, const char*) {}

bool start_once() {
  start_parser();
  if (xmlSecInit() < 0 || xmlSecCheckVersion() != 1) return false;
  if (xmlSecCryptoAppInit(nullptr) < 0 || xmlSecCryptoInit() < 0) return false;
  xmlSecErrorsSetCallback(silent);  // what went wrong is told by our own errors, not on standard error
  xmlSecIOCleanupCallbacks();       // a reference can name nothing outside its document
  return true;
}

base::Error refused(std::string why) { return {base::Code::bad_request, why, why}; }

bool is_pem(std::string_view text) { return text.find("-----BEGIN ") != std::string_view::npos; }
bool is_private_pem(std::string_view text) { return text.find("PRIVATE KEY-----") != std::string_view::npos; }

std::string without_space(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out += c;
  }
  return out;
}

SecKey load(std::string_view bytes, xmlSecKeyDataFormat format) {
  // A password is given, if an empty one, since otherwise the terminal would be asked for one.
  return SecKey{xmlSecCryptoAppKeyLoadMemory(reinterpret_cast<const xmlSecByte*>(bytes.data()), static_cast<xmlSecSize>(bytes.size()),
                                             format, "", nullptr, nullptr)};
}

base::Result<KeyImpl> checked(SecKey key, xmlSecSize least_rsa) {
  auto* value = xmlSecKeyGetValue(key.get());
  if (value == nullptr) return refused("holds no key");
  const bool rsa = xmlSecKeyDataCheckId(value, xmlSecKeyDataRsaId);
  if (!rsa && !xmlSecKeyDataCheckId(value, xmlSecKeyDataEcdsaId)) return refused("its key is neither RSA nor EC");
  const auto size = xmlSecKeyDataGetSize(value);  // of RSA in bits, of EC in bytes
  if (rsa && size < least_rsa)
    return refused("its key has " + std::to_string(size) + " bits; at least " + std::to_string(least_rsa) + " are wanted");
  if (!rsa && size < 32) return refused("its curve is smaller than P-256");
  return KeyImpl{std::move(key), rsa};
}

}  // namespace

bool start_xmlsec() {
  static std::once_flag once;
  static bool good = false;
  std::call_once(once, [] { good = start_once(); });
  return good;
}

base::Result<PeerKey> PeerKey::read(std::string_view text) {
  if (!start_xmlsec()) return base::Error{base::Code::internal, "xmlsec1 does not start", "xmlsec1 does not start"};
  if (is_private_pem(text)) return refused("is a private key: the other side's certificate is wanted");
  SecKey key;
  if (is_pem(text)) {
    const bool certificate = text.find("-----BEGIN CERTIFICATE-----") != std::string_view::npos;
    key = load(text, certificate ? xmlSecKeyDataFormatCertPem : xmlSecKeyDataFormatPem);
  } else if (const auto der = base::base64_decode(without_space(text)); der && !der->empty()) {
    key = load(*der, xmlSecKeyDataFormatCertDer);
  }
  if (!key) return refused("is no certificate (PEM, or its base64)");
  auto impl = checked(std::move(key), 2048);
  if (!impl) return impl.error();
  return PeerKey{std::make_shared<const KeyImpl>(std::move(*impl))};
}

base::Result<OwnKey> OwnKey::read(const base::Secret& text) {
  if (!start_xmlsec()) return base::Error{base::Code::internal, "xmlsec1 does not start", "xmlsec1 does not start"};
  SecKey key;
  if (is_private_pem(text.reveal())) {
    key = load(text.reveal(), xmlSecKeyDataFormatPem);
  } else if (!is_pem(text.reveal())) {
    const base::Secret packed{without_space(text.reveal())};
    if (const auto der = base::base64_decode(packed.reveal()); der && !der->empty()) key = load(*der, xmlSecKeyDataFormatDer);
  }
  if (!key || (xmlSecKeyGetType(key.get()) & xmlSecKeyDataTypePrivate) == 0) return refused("is no private key (PEM without a password)");
  auto impl = checked(std::move(key), 1024);
  if (!impl) return impl.error();
  return OwnKey{std::make_shared<const KeyImpl>(std::move(*impl))};
}

}  // namespace xml::dom
