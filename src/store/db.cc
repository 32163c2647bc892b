#include "store/db.h"

namespace store {

std::int64_t Row::integer(std::size_t i) const {
  const auto* v = std::get_if<std::int64_t>(&cells.at(i));
  return v ? *v : 0;
}

std::string Row::text(std::size_t i) const {
  const auto* v = std::get_if<std::string>(&cells.at(i));
  return v ? *v : std::string{};
}

bool Row::is_null(std::size_t i) const { return std::holds_alternative<std::monostate>(cells.at(i)); }

}  // namespace store
