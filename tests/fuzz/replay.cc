// replay.cc: runs every seed through its target, by the ordinary compiler: tests/fuzz/seeds/NAME/* through NAME_fuzz.cc, whose
// entry is compiled here as NAME_fuzz. A crash names its seed, since the line stands before the call.  usage: fuzz_replay FOLDER
// [NAME...]
#include <dlfcn.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using Entry = int (*)(const std::uint8_t*, std::size_t);

std::vector<std::filesystem::path> sorted(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

/// False if nothing was run.
bool replay(const std::filesystem::path& folder) {
  const auto name = folder.filename().string();
  const auto entry = reinterpret_cast<Entry>(dlsym(RTLD_DEFAULT, (name + "_fuzz").c_str()));
  if (entry == nullptr) {
    std::printf("FAIL fuzz/%s there is no tests/fuzz/%s_fuzz.cc\n", name.c_str(), name.c_str());
    return false;
  }
  std::size_t count = 0;
  entry(nullptr, 0);  // libFuzzer begins with it
  for (const auto& file : sorted(folder)) {
    std::ifstream in{file, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    std::fprintf(stderr, "%s/%s\n", name.c_str(), file.filename().c_str());  // run.py shows the last one if we do not come back
    // A copy of its own that ends where the input ends: one byte too far is seen by the sanitizers.
    const std::vector<std::uint8_t> copy{bytes.begin(), bytes.end()};
    entry(copy.data(), copy.size());
    ++count;
  }
  std::printf("%s fuzz/%s %zu seeds\n", count > 0 ? "ok" : "FAIL", name.c_str(), count);
  return count > 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: fuzz_replay FOLDER [NAME...]\n"), 2;
  setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::vector<std::string> wanted{argv + 2, argv + argc};
  bool good = true;
  for (const auto& folder : sorted(argv[1])) {
    const bool chosen = wanted.empty() || std::find(wanted.begin(), wanted.end(), folder.filename().string()) != wanted.end();
    if (chosen && !replay(folder)) good = false;
  }
  return good ? 0 : 1;
}
