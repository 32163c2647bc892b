// master.h: the master keys of an instance, read from store.key_file, and the keys derived from them (RFC 5869), one for each purpose.
// The file holds one key a line: the first seals and signs, all of them open and verify, so that a new one can be put in front while
// whatever the old one sealed is still around. All machines of one installation share the file. Whoever has it and the database can sign
// tokens: keep it apart from backups.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace token {

class Master {
  struct Key {
    base::Secret seal, mac;
    unsigned tag = 0;
  };
  std::vector<Key> keys_;
  explicit Master(std::vector<Key> keys) : keys_(std::move(keys)) {}

 public:
  /// More make no sense, and each costs a try where something does not open.
  static constexpr std::size_t kMostKeys = 8;

  /// `text` is what the key file holds: on each line 32 bytes in base64url; empty lines are nothing. Error.say says what is wrong, never
  /// what was found.
  static base::Result<Master> from_text(const base::Secret& text);
  /// A new key file's text.
  static base::Secret make_text(base::Random& random);
  /// `text` with a new first line. Code::conflict if it has as many lines as it may have.
  static base::Result<base::Secret> with_new_key(const base::Secret& text, base::Random& random);
  /// `text` with its first key alone.
  static base::Secret first_only(const base::Secret& text);

  std::size_t count() const noexcept { return keys_.size(); }
  /// The first key alone: does it open everything, so that the others can go?
  Master first() const;

  /// AES-256-GCM under the first key; `context` names what is sealed and where ("signing-key:KID"), and must be the same to open.
  std::string seal(std::string_view plain, std::string_view context, base::Random& random) const;
  base::Result<base::Secret> open(std::string_view sealed, std::string_view context) const;
  /// HMAC-SHA-256 (32 bytes) over purpose, a zero byte and data, under the first key, or the one that has `tag`.
  std::string mac(std::string_view purpose, std::string_view data) const { return mac_of(keys_.front(), purpose, data); }
  std::string mac(std::string_view purpose, std::string_view data, unsigned tag) const;
  /// True if `mac`, which may be the first bytes of one, is that of one of the keys.
  bool is_mac(std::string_view mac, std::string_view purpose, std::string_view data) const;
  /// 0 to 7: which key makes MACs now. No two keys of a file that latchstring wrote have the same.
  unsigned tag() const noexcept { return keys_.front().tag; }

 private:
  static base::Result<Key> key_of(std::string_view line);
  static std::string mac_of(const Key& key, std::string_view purpose, std::string_view data);
};

}  // namespace token
