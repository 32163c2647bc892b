#include "providers/catalogue.h"

#include <algorithm>

namespace providers {

std::vector<std::string> catalogue_names() {
  std::vector<std::string> names;
  for (const auto& file : catalogue_files()) names.emplace_back(file.name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace providers
