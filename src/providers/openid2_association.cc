#include "providers/openid2_association.h"

#include <algorithm>
#include <optional>

#include "base/encode.h"
#include "base/text.h"
#include "crypto/dh.h"
#include "crypto/digest.h"
#include "providers/openid2_message.h"

namespace providers::openid2 {
namespace {

constexpr std::chrono::minutes kLogin{20};  // an association must live this much longer, or the user comes back too late
constexpr std::chrono::minutes kRetry{10};
constexpr std::chrono::hours kLongest{24 * 14};
constexpr std::size_t kMostOps = 64;

/// Appendix B: the modulus that stands where none is sent; the generator is 2.
constexpr std::string_view kModulus =
    "dcf93a0b883972ec0e19989ac5a2ce310e1d37717e8d9571bb7623731866e61ef75a2e27898b057f9891c2e27a639c3f29b60814581cd3b2ca3986d2683705577d45c2"
    "e7e5"
    "2dc81c7a171876e5cea74b1448bfdfaf18828efd2519f14e45e3826634af1949e5b535cc829a483b8a76223e5d490a257f05bdff16f2fb22c583ab";

/// How the MAC key travels (8.4).
enum class Session { dh, plain };
struct Kind {
  Mac mac = Mac::sha256;
  Session session = Session::dh;
};

std::string_view session_name(const Kind& kind) noexcept {
  if (kind.session == Session::plain) return "no-encryption";
  return kind.mac == Mac::sha1 ? "DH-SHA1" : "DH-SHA256";
}
std::string hash_of(Mac mac, std::string_view data) { return mac == Mac::sha1 ? crypto::sha1(data) : crypto::sha256(data); }
std::size_t size_of(Mac mac) noexcept { return mac == Mac::sha1 ? 20 : 32; }

std::optional<Kind> kind_of(const Fields& fields) {
  for (const auto mac : {Mac::sha256, Mac::sha1}) {
    for (const auto session : {Session::dh, Session::plain}) {
      const Kind kind{mac, session};
      if (field(fields, "assoc_type") == name_of(mac) && field(fields, "session_type") == session_name(kind)) return kind;
    }
  }
  return std::nullopt;
}

base::Error refused(std::string why) { return {base::Code::upstream, "association: " + std::move(why)}; }

/// 4.2: the shortest two's complement, so that a number never looks negative.
std::string two_complement(const std::string& number) {
  const bool high = !number.empty() && (static_cast<unsigned char>(number[0]) & 0x80u) != 0;
  return (high ? std::string(1, '\0') : std::string{}) + number;
}

/// 8.2.3: the key under the hash of the shared secret.
std::optional<std::string> unwrap(const crypto::DiffieHellman& dh, Mac mac, const Fields& answer) {
  const auto theirs = base::base64_decode(field(answer, "dh_server_public"));
  auto key = base::base64_decode(field(answer, "enc_mac_key"));
  const auto secret = theirs ? dh.shared(*theirs) : std::nullopt;
  if (!secret || !key || key->size() != size_of(mac)) return std::nullopt;
  const auto mask = hash_of(mac, two_complement(std::string{secret->reveal()}));
  for (std::size_t i = 0; i < key->size(); ++i) (*key)[i] = static_cast<char>((*key)[i] ^ mask[i]);
  return key;
}

/// The answer to one request, and the kind that the OP would rather have, if it says so.
class Exchange {
  World& world_;
  const Associations::Ask& ask_;

 public:
  std::optional<Kind> offered;

  Exchange(World& world, const Associations::Ask& ask) : world_(world), ask_(ask) {}

  base::Result<Association> run(const Kind& kind) {
    Fields fields{{"ns", std::string{kNamespace}},
                  {"mode", "associate"},
                  {"assoc_type", std::string{name_of(kind.mac)}},
                  {"session_type", std::string{session_name(kind)}}};
    auto dh = crypto::DiffieHellman::make(*base::hex_decode(kModulus), "\x02", world_.random);
    if (!dh) return dh.error();
    if (kind.session == Session::dh) fields["dh_consumer_public"] = base::base64(two_complement(dh->public_value()));
    auto answer = send(fields);
    if (!answer) return answer.error();
    if (field(*answer, "error_code") == "unsupported-type") offered = kind_of(*answer);
    const auto given = kind_of(*answer);
    if (!answer->contains("assoc_handle") || !given || given->mac != kind.mac || given->session != kind.session)
      return refused("the OP will not");
    const auto key = kind.session == Session::dh ? unwrap(*dh, kind.mac, *answer) : base::base64_decode(field(*answer, "mac_key"));
    if (!key || key->size() != size_of(kind.mac)) return refused("no key in the answer");
    return made(kind.mac, *key, *answer);
  }

 private:
  base::Result<Fields> send(const Fields& fields) {
    net::Request request{.method = "POST",
                         .url = ask_.endpoint,
                         .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                         .body = to_form(fields),
                         .private_addresses = ask_.private_addresses,
                         .max_response = 64 << 10};
    auto answer = world_.client.send(request);
    if (!answer) return refused(answer.error().detail);
    if (answer->status != 200 && answer->status != 400) return refused("HTTP " + std::to_string(answer->status));  // 5.1.2.2
    return parse_key_values(answer->body);
  }

  base::Result<Association> made(Mac mac, std::string_view key, const Fields& answer) const {
    const auto handle = field(answer, "assoc_handle");
    const bool visible = std::all_of(handle.begin(), handle.end(), [](char c) { return c > 0x20 && c < 0x7f; });  // 8.2.1
    const auto seconds = base::parse_int(field(answer, "expires_in"));
    if (handle.empty() || handle.size() > 255 || !visible || !seconds || *seconds <= 0) return refused("malformed answer");
    const auto life = std::min<std::chrono::seconds>(std::chrono::seconds{std::min<std::int64_t>(*seconds, 1'000'000'000)}, kLongest);
    return Association{std::string{handle}, mac, base::Secret{key}, world_.clock.now() + life};
  }
};

}  // namespace

std::string_view name_of(Mac mac) noexcept { return mac == Mac::sha1 ? "HMAC-SHA1" : "HMAC-SHA256"; }

std::string mac_of(Mac mac, std::string_view key, std::string_view text) {
  return mac == Mac::sha1 ? crypto::hmac_sha1(key, text) : crypto::hmac_sha256(key, text);
}

base::Result<Association> associate(World& world, const Associations::Ask& ask) {
  Exchange exchange{world, ask};
  auto made = exchange.run({});
  if (made || !exchange.offered) return made;
  const auto kind = *exchange.offered;
  if (kind.session == Session::plain && !ask.endpoint.starts_with("https://")) return refused("the OP wants to send the key in the clear");
  return exchange.run(kind);
}

Associations::Pointer Associations::get(World& world, const Ask& ask) {
  const auto now = world.clock.now();
  {
    const std::lock_guard lock{mutex_};
    const auto it = entries_.find(ask.endpoint);
    if (it != entries_.end() && it->second.association && now + kLogin < it->second.association->expires) return it->second.association;
    if (it != entries_.end() && !it->second.association && now < it->second.retry) return nullptr;
  }
  auto made = associate(world, ask);  // two threads may both ask: either key is good
  Entry entry{nullptr, now + kRetry};
  if (made && now + kLogin < made->expires) entry.association = std::make_shared<const Association>(std::move(*made));
  const std::lock_guard lock{mutex_};
  if (entries_.size() >= kMostOps && !entries_.contains(ask.endpoint)) entries_.clear();  // a key is a request away
  entries_[ask.endpoint] = entry;
  return entry.association;
}

void Associations::forget(const std::string& endpoint, std::string_view handle) {
  const std::lock_guard lock{mutex_};
  const auto it = entries_.find(endpoint);
  if (it != entries_.end() && it->second.association && it->second.association->handle == handle) entries_.erase(it);
}

}  // namespace providers::openid2
