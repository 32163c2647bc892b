// master.cc
#include "token/master.h"

#include <algorithm>

#include "base/encode.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/digest.h"

namespace token {
namespace {

constexpr std::size_t kBytes = 32;

base::Error malformed() {
  return {base::Code::bad_request, "master key malformed", "the key file must hold 32 bytes in base64url (43 characters) on each line"};
}

/// Views into `text`, so that no copy is left behind.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (const auto line = base::trim(text.substr(0, end)); !line.empty()) out.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

base::Secret derived(std::string_view key, std::string_view purpose) {
  auto bytes = crypto::hkdf_sha256(key, purpose, kBytes);
  base::Secret secret{bytes};
  explicit_bzero(bytes.data(), bytes.size());
  return secret;
}

}  // namespace

base::Result<Master::Key> Master::key_of(std::string_view line) {
  auto bytes = base::base64url_decode(line);
  const base::Secret key{bytes ? std::string_view{*bytes} : std::string_view{}};
  if (bytes) explicit_bzero(bytes->data(), bytes->size());
  if (key.reveal().size() != kBytes) return malformed();
  // Three bits of a derived value tell nothing of the key.
  const auto tag = static_cast<unsigned char>(derived(key.reveal(), "latchstring tag").reveal().front()) & 7u;
  return Key{derived(key.reveal(), "latchstring seal"), derived(key.reveal(), "latchstring mac"), tag};
}

base::Result<Master> Master::from_text(const base::Secret& text) {
  const auto lines = lines_of(text.reveal());
  if (lines.empty()) return malformed();
  if (lines.size() > kMostKeys) return base::Error{base::Code::bad_request, "too many master keys", "the key file holds more than 8 keys"};
  std::vector<Key> keys;
  for (const auto line : lines) {
    auto key = key_of(line);
    if (!key) return key.error();
    keys.push_back(std::move(*key));
  }
  return Master{std::move(keys)};
}

base::Secret Master::make_text(base::Random& random) {
  auto bytes = base::random_bytes(random, kBytes);
  auto text = base::base64url(bytes);
  base::Secret secret{text};
  explicit_bzero(bytes.data(), bytes.size());
  explicit_bzero(text.data(), text.size());
  return secret;
}

base::Result<base::Secret> Master::with_new_key(const base::Secret& text, base::Random& random) {
  const auto old = from_text(text);
  if (!old) return old.error();
  if (old->count() == kMostKeys)
    return base::Error{base::Code::conflict, "8 master keys",
                       "it holds 8 keys, the most there may be: drop the old ones first (--drop-old)"};
  // Another tag than those of the others, so that a state says which key it was made with.
  for (;;) {
    const auto fresh = make_text(random);
    const auto key = key_of(fresh.reveal());
    if (!key) return key.error();
    const auto same = [&](const Key& other) { return other.tag == key->tag; };
    if (std::any_of(old->keys_.begin(), old->keys_.end(), same)) continue;
    std::string all{fresh.reveal()};
    for (const auto line : lines_of(text.reveal())) (all += '\n') += line;
    base::Secret out{all};
    explicit_bzero(all.data(), all.size());
    return out;
  }
}

base::Secret Master::first_only(const base::Secret& text) {
  const auto lines = lines_of(text.reveal());
  return base::Secret{lines.empty() ? std::string_view{} : lines.front()};
}

Master Master::first() const {
  const auto& key = keys_.front();
  std::vector<Key> one;
  one.push_back({key.seal.clone(), key.mac.clone(), key.tag});
  return Master{std::move(one)};
}

std::string Master::seal(std::string_view plain, std::string_view context, base::Random& random) const {
  return crypto::seal(keys_.front().seal.reveal(), plain, context, random);
}

base::Result<base::Secret> Master::open(std::string_view sealed, std::string_view context) const {
  auto opened = crypto::open(keys_.front().seal.reveal(), sealed, context);
  for (auto key = keys_.begin() + 1; key != keys_.end() && !opened; ++key) opened = crypto::open(key->seal.reveal(), sealed, context);
  return opened;
}

std::string Master::mac_of(const Key& key, std::string_view purpose, std::string_view data) {
  std::string text{purpose};
  text += '\0';
  text += data;
  return crypto::hmac_sha256(key.mac.reveal(), text);
}

std::string Master::mac(std::string_view purpose, std::string_view data, unsigned tag) const {
  const auto it = std::find_if(keys_.begin(), keys_.end(), [tag](const Key& key) { return key.tag == tag; });
  return mac_of(it == keys_.end() ? keys_.front() : *it, purpose, data);
}

bool Master::is_mac(std::string_view mac, std::string_view purpose, std::string_view data) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const Key& key) {
    return crypto::equal(std::string_view{mac_of(key, purpose, data)}.substr(0, mac.size()), mac);
  });
}

}  // namespace token
