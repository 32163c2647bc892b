#include "providers/catalogue.h"

namespace providers {

std::vector<std::string> catalogue_names() {
  std::vector<std::string> names;
  for (const auto& file : catalogue_files()) names.emplace_back(file.name);
  return names;
}

}  // namespace providers
