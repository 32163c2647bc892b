#include "crypto/certificate.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>

#include "base/handle.h"
#include "crypto/key_impl.h"

namespace crypto {
namespace {

using Bio = base::Handle<BIO, BIO_free_all>;
using X509Handle = base::Handle<X509, X509_free>;

base::Error bad(std::string why) { return {base::Code::bad_request, "certificate: " + std::move(why)}; }

int no_passphrase(char*, int, int, void*) { return -1; }

bool same(const PublicParts& a, const PublicParts& b) { return a.kind == b.kind && a.n == b.n && a.e == b.e && a.x == b.x && a.y == b.y; }

/// Public parts by way of PEM, so that the key passes the checks that every key does (keys.cc).
base::Result<VerifyKey> key_of(const X509* certificate) {
  const Bio out{BIO_new(BIO_s_mem())};
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (!out || key == nullptr || PEM_write_bio_PUBKEY(out.get(), key) != 1) return bad("its key cannot be read");
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return VerifyKey::from_pem({text, static_cast<std::size_t>(size)});
}

}  // namespace

bool belongs(const Certificate& certificate, const SignKey& key) {
  const auto theirs = certificate.key.parts(), ours = key.verify_key().parts();
  return theirs && ours && same(*theirs, *ours);
}

base::Result<Certificate> read_certificate(std::string_view pem) {
  const Bio in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  const X509Handle read{in ? PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr) : nullptr};
  if (!read) return bad("no PEM that can be read");
  auto own = key_of(read.get());
  if (!own) return bad("of a kind or size of key that is not used");
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  std::tm end{};
  if (X509_digest(read.get(), EVP_sha256(), digest.data(), &size) != 1 || ASN1_TIME_to_tm(X509_get0_notAfter(read.get()), &end) != 1)
    return bad("it cannot be read");
  return Certificate{std::string{reinterpret_cast<const char*>(digest.data()), size}, base::Time{std::chrono::seconds{timegm(&end)}},
                     std::move(*own)};
}

}  // namespace crypto
