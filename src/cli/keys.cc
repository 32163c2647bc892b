// keys.cc: `latchstring keys list` and `keys rotate`. A new key signs as soon as the workers have read it, within 30 s; the old ones verify
// until the last token that they signed has expired.
#include <algorithm>
#include <cstdio>
#include <ctime>

#include "cli/commands.h"
#include "cli/instance.h"

namespace cli {
namespace {

std::string day(base::Time time) {
  const std::time_t t = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&t, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
  return text;
}

// The longest that a token of ours lives.
std::chrono::seconds longest_life(const config::Config& config) { return std::max(config.tokens.access_ttl, config.tokens.refresh_ttl); }

base::Result<int> drop_retired(Instance& in, bool all) {
  const auto keys = in.store.keys();
  if (!keys) return keys.error();
  int dropped = 0;
  for (const auto& key : *keys) {
    if (key.alg == kDemoAlg || !key.retired) continue;
    if (!all && in.clock.now() - *key.retired <= longest_life(in.config)) continue;
    if (auto gone = in.store.drop_key(key.kid); !gone) return gone.error();
    ++dropped;
  }
  return dropped;
}

}  // namespace

int run_keys_list(const std::string& config_file) {
  const auto in = open_instance(config_file);
  if (!in) return complain(in.error());
  const auto& config = (*in)->config;
  if (config.tokens.algorithm == "HS256") std::puts("HS256: tokens.hs256_secret signs; older keys below only verify");
  const auto keys = (*in)->store.keys();
  if (!keys) return complain(keys.error());
  bool signs = false;
  for (const auto& key : *keys) {
    if (key.alg == kDemoAlg) continue;
    const bool first = !signs && !key.retired && key.alg == config.tokens.algorithm;
    signs = signs || first;
    const auto what = first         ? "signs"
                      : key.retired ? "verifies until " + day(*key.retired + longest_life(config))
                                    : std::string{"verifies"};
    std::printf("%s  %s  made %s  %s\n", key.kid.c_str(), key.alg.c_str(), day(key.created).c_str(), what.c_str());
  }
  return 0;
}

int run_keys_rotate(const std::string& config_file, bool drop_old) {
  const auto in = open_instance(config_file);
  if (!in) return complain(in.error());
  const auto& config = (*in)->config;
  if (config.tokens.algorithm == "HS256") {
    return complain(
        {base::Code::bad_request, "tokens.algorithm is HS256: its secret is in the configuration: change it there and restart", ""});
  }
  const auto kid = add_signing_key(**in, true);
  if (!kid) return complain(kid.error());
  const auto dropped = drop_retired(**in, drop_old);
  if (!dropped) return complain(dropped.error());
  std::printf("%s  %s  signs within 30 s\n", kid->c_str(), config.tokens.algorithm.c_str());
  if (drop_old) {
    std::printf("%d old keys dropped: tokens that they signed are refused within 30 s\n", *dropped);
  } else {
    std::printf("the old keys verify until %s\n", day((*in)->clock.now() + longest_life(config)).c_str());
  }
  return 0;
}

}  // namespace cli
