#include "pages/files.h"

#include <algorithm>

namespace pages {
namespace {

template <class T>
const T* by_name(std::span<const T> all, std::string_view name) noexcept {
  const auto it = std::find_if(all.begin(), all.end(), [&](const T& one) { return one.name == name; });
  return it == all.end() ? nullptr : &*it;
}

}  // namespace

const File* find_file(std::string_view name) noexcept { return by_name(files(), name); }
const Template* find_template(std::string_view name) noexcept { return by_name(templates(), name); }

}  // namespace pages
