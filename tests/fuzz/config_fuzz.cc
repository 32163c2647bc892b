// config_fuzz.cc: the configuration: TOML from a file, and variables of the environment (behind a line "---"). It is not a
// stranger's, but what is taken must be whole, and what is refused told in one line without the value of a secret.
#include <sys/mman.h>
#include <unistd.h>

#include "base/url.h"
#include "config/config.h"
#include "fuzz.h"

namespace {

constexpr std::string_view kCut = "\n---\n", kMark = "s3cr3t-that-must-not-be-told";

/// A file that lives in memory, under a name.
class Memory {
  int fd_ = memfd_create("latchstring.toml", MFD_CLOEXEC);

 public:
  explicit Memory(std::string_view text) {
    if (write(fd_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
  }
  ~Memory() { close(fd_); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }
};

config::Environment environment_of(std::string_view text) {
  config::Environment out;
  for (fuzz::Lines lines{text}; !lines.empty();) {
    const auto line = lines.next();
    const auto equals = line.find('=');
    if (equals != line.npos) out.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return out;
}

/// The mark is the value of a key for secrets, and stands nowhere else: the values of other keys are told.
bool holds_a_secret(std::string_view text, std::size_t end) {
  const auto at = text.find(kMark);
  if (at == text.npos || at > end || text.rfind(kMark) != at || text.find("\"\"\"") != text.npos || text.find("'''") != text.npos)
    return false;
  const auto line = text.substr(text.rfind('\n', at) + 1);
  for (const std::string_view key : {"secret", "client_secret", "hs256_secret"})
    if (line.starts_with(std::string{key} + " = \"" + std::string{kMark})) return true;
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::view(data, size);
  // Files that it names would be read: a terminal, or what never ends, is not for here.
  if (text.find("/dev") != text.npos || text.find("/proc") != text.npos || text.find('\\') != text.npos) return 0;
  const auto cut = text.find(kCut);
  const Memory file{text.substr(0, cut)};
  const auto env = environment_of(cut == text.npos ? std::string_view{} : text.substr(cut + kCut.size()));
  const auto config = config::load(file.path(), env, {"github", "google-oauth2", "google"});
  if (!config) {
    HOLDS(!config.error().say.empty() && config.error().say.find('\n') == std::string::npos);
    HOLDS(!holds_a_secret(text, cut) || config.error().say.find(kMark) == std::string::npos);
    return 0;
  }
  const auto url = base::parse_url(config->public_url);
  HOLDS(url && !config->public_url.ends_with('/') && config->public_url.ends_with(config->mount));
  HOLDS(config->mount.empty() || config->mount.starts_with('/'));
  for (const auto& uri : config->redirect_uris) HOLDS(!uri.empty());
  HOLDS(config->server.threads >= 1 && config->server.workers >= 0 && config->flows.ttl.count() > 0 && config->upstream.max_response > 0);
  HOLDS(config->tokens.algorithm != "HS256" || config->tokens.hs256_secret.reveal().size() >= 32);
  for (const auto& rule : config->gate) {
    for (const auto& path : rule.paths) HOLDS(path.starts_with('/') && path.ends_with('/'));
  }
  for (const auto& [name, stanza] : config->providers) HOLDS(stanza.table() != nullptr && !name.empty());
  return 0;
}
