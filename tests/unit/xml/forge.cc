#include "unit/xml/forge.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <zlib.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "base/encode.h"
#include "base/handle.h"

namespace forge {
namespace {

using Pkey = base::Handle<EVP_PKEY, EVP_PKEY_free>;
using PkeyCtx = base::Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using MdCtx = base::Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using CipherCtx = base::Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using Bio = base::Handle<BIO, BIO_free_all>;
using Certificate = base::Handle<X509, X509_free>;
using EcSig = base::Handle<ECDSA_SIG, ECDSA_SIG_free>;

void must(bool good) {
  if (!good) throw std::runtime_error{"forge: OpenSSL"};
}
unsigned char* bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }
const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

std::string drained(const Bio& bio) {
  char* data = nullptr;
  const auto n = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(n)};
}

Pair pair_of(const Pkey& key) {
  const Certificate cert{X509_new()};
  must(key && cert);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -10);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), -5);  // expired: that must not matter
  X509_set_pubkey(cert.get(), key.get());
  must(X509_sign(cert.get(), key.get(), EVP_sha256()) > 0);
  const Bio a{BIO_new(BIO_s_mem())}, b{BIO_new(BIO_s_mem())};
  must(PEM_write_bio_PrivateKey(a.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  must(PEM_write_bio_X509(b.get(), cert.get()) == 1);
  return {drained(a), drained(b)};
}

Pkey key_of(const Pair& pair) {
  const Bio bio{BIO_new_mem_buf(pair.key_pem.data(), static_cast<int>(pair.key_pem.size()))};
  return Pkey{PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr)};
}

const EVP_MD* md_of(const std::string& uri) {
  if (uri.ends_with("sha1")) return EVP_sha1();
  if (uri.ends_with("sha384")) return EVP_sha384();
  return uri.ends_with("sha512") ? EVP_sha512() : EVP_sha256();
}

std::string digest(std::string_view data, const EVP_MD* md) {
  std::string out(64, '\0');
  unsigned n = 0;
  must(EVP_Digest(data.data(), data.size(), bytes(out), &n, md, nullptr) == 1);
  out.resize(n);
  return out;
}

/// ECDSA in XML is r and s side by side (RFC 4050 3.3; xmldsig-core1 6.4.3).
std::string plain_ecdsa(const std::string& der) {
  const auto* p = bytes(der);
  const EcSig sig{d2i_ECDSA_SIG(nullptr, &p, static_cast<long>(der.size()))};
  std::string out(64, '\0');
  must(sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig.get()), bytes(out), 32) == 32);
  must(BN_bn2binpad(ECDSA_SIG_get0_s(sig.get()), bytes(out) + 32, 32) == 32);
  return out;
}

std::string signature(const Pair& pair, std::string_view data, const std::string& method) {
  const auto key = key_of(pair);
  if (method.find("hmac") != std::string::npos) return digest(data, md_of(method));
  const MdCtx ctx{EVP_MD_CTX_new()};
  std::size_t n = 0;
  must(EVP_DigestSignInit(ctx.get(), nullptr, md_of(method), nullptr, key.get()) == 1);
  must(EVP_DigestSign(ctx.get(), nullptr, &n, bytes(data), data.size()) == 1);
  std::string out(n, '\0');
  must(EVP_DigestSign(ctx.get(), bytes(out), &n, bytes(data), data.size()) == 1);
  out.resize(n);
  return EVP_PKEY_is_a(key.get(), "EC") == 1 ? plain_ecdsa(out) : out;
}

std::string method_element(std::string_view name, std::string_view algorithm) {
  return "<ds:" + std::string{name} + " Algorithm=\"" + std::string{algorithm} + "\"></ds:" + std::string{name} + ">";
}

std::string wrapped_key(const std::string& secret, const Encrypting& how) {
  const auto key = key_of(*how.to);
  const PkeyCtx ctx{EVP_PKEY_CTX_new(key.get(), nullptr)};
  must(EVP_PKEY_encrypt_init(ctx.get()) == 1);
  const bool oaep = how.transport.find("oaep") != std::string::npos;
  must(EVP_PKEY_CTX_set_rsa_padding(ctx.get(), oaep ? RSA_PKCS1_OAEP_PADDING : RSA_PKCS1_PADDING) == 1);
  std::size_t n = 0;
  must(EVP_PKEY_encrypt(ctx.get(), nullptr, &n, bytes(std::string_view{secret}), secret.size()) == 1);
  std::string out(n, '\0');
  must(EVP_PKEY_encrypt(ctx.get(), bytes(out), &n, bytes(std::string_view{secret}), secret.size()) == 1);
  return out;
}

std::string ciphered(std::string_view text, const std::string& secret, bool gcm) {
  const CipherCtx ctx{EVP_CIPHER_CTX_new()};
  std::string iv(gcm ? 12 : 16, '\0'), out(text.size() + 32, '\0'), tag(16, '\0');
  RAND_bytes(bytes(iv), static_cast<int>(iv.size()));
  int n = 0, last = 0;
  must(EVP_EncryptInit_ex(ctx.get(), gcm ? EVP_aes_256_gcm() : EVP_aes_128_cbc(), nullptr, bytes(std::string_view{secret}),
                          bytes(std::string_view{iv})) == 1);
  must(EVP_EncryptUpdate(ctx.get(), bytes(out), &n, bytes(text), static_cast<int>(text.size())) == 1);
  must(EVP_EncryptFinal_ex(ctx.get(), bytes(out) + n, &last) == 1);
  out.resize(static_cast<std::size_t>(n + last));
  if (!gcm) return iv + out;
  must(EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_GET_TAG, 16, tag.data()) == 1);
  return iv + out + tag;
}

std::string cipher_data(const std::string& data) {
  return "<xenc:CipherData><xenc:CipherValue>" + base::base64(data) + "</xenc:CipherValue></xenc:CipherData>";
}

}  // namespace

std::string Pair::certificate() const {
  std::string out;
  const auto begin = certificate_pem.find('\n'), end = certificate_pem.find("-----END");
  for (const char c : certificate_pem.substr(begin, end - begin)) {
    if (c != '\n') out += c;
  }
  return out;
}

Pair make_rsa(unsigned bits) { return pair_of(Pkey{EVP_RSA_gen(bits)}); }
const Pair& rsa() {
  static const Pair pair = make_rsa(2048);
  return pair;
}
const Pair& other_rsa() {
  static const Pair pair = make_rsa(2048);
  return pair;
}
const Pair& ec() {
  static const Pair pair = pair_of(Pkey{EVP_EC_gen("P-256")});
  return pair;
}

std::string sign(std::string element, const std::string& id, const Signing& how) {
  const std::string mark = "@SIGNATURE@";
  const auto at = element.find(mark);
  must(at != std::string::npos);
  element.erase(at, mark.size());
  const auto transforms = how.transforms.empty() ? method_element("Transform", "http://www.w3.org/2000/09/xmldsig#enveloped-signature") +
                                                       method_element("Transform", "http://www.w3.org/2001/10/xml-exc-c14n#")
                                                 : how.transforms;
  const auto info =
      method_element("CanonicalizationMethod", how.c14n) + method_element("SignatureMethod", how.method) + "<ds:Reference URI=\"" +
      (how.uri.empty()     ? "#" + id
       : how.uri == "none" ? ""
                           : how.uri) +
      "\"><ds:Transforms>" + transforms + "</ds:Transforms>" + method_element("DigestMethod", how.digest) + "<ds:DigestValue>" +
      base::base64(digest(element, md_of(how.digest))) + "</ds:DigestValue></ds:Reference>" + how.more_references;
  const auto canonical = "<ds:SignedInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">" + info + "</ds:SignedInfo>";
  const auto after = how.in_signature.empty() ? "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>" + how.pair->certificate() +
                                                    "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
                                              : how.in_signature;
  const auto value = base::base64(signature(*how.pair, canonical, how.method));
  return element.insert(at, "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>" + info +
                                "</ds:SignedInfo><ds:SignatureValue>" + value + "</ds:SignatureValue>" + after + "</ds:Signature>");
}

std::string encrypt(std::string_view text, const Encrypting& how) {
  const bool gcm = how.method.ends_with("gcm");
  std::string secret(gcm ? 32 : 16, '\0');
  RAND_bytes(bytes(secret), static_cast<int>(secret.size()));
  const std::string ns = how.beside ? " xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\"" : "";
  const auto key = "<xenc:EncryptedKey" + ns + "><xenc:EncryptionMethod Algorithm=\"" + how.transport + "\"></xenc:EncryptionMethod>" +
                   cipher_data(wrapped_key(secret, how)) + "</xenc:EncryptedKey>";
  const auto inside = how.beside ? "" : "<ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">" + key + "</ds:KeyInfo>";
  return "<xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\" Type=\"http://www.w3.org/2001/04/xmlenc#Element\">"
         "<xenc:EncryptionMethod Algorithm=\"" +
         how.method + "\"></xenc:EncryptionMethod>" + inside + cipher_data(ciphered(text, secret, gcm)) + "</xenc:EncryptedData>" +
         (how.beside ? key : "");
}

std::string inflate(std::string_view bytes) {
  z_stream stream{};
  must(inflateInit2(&stream, -15) == Z_OK);
  std::string out(64 << 10, '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool whole = ::inflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(whole ? stream.total_out : 0);
  inflateEnd(&stream);
  return out;
}

bool rsa_verifies(const Pair& pair, std::string_view data, std::string_view signature) {
  const auto key = key_of(pair);
  const MdCtx ctx{EVP_MD_CTX_new()};
  return EVP_DigestVerifyInit(ctx.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(ctx.get(), bytes(signature), signature.size(), bytes(data), data.size()) == 1;
}

}  // namespace forge
