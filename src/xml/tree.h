// tree.h: what was read, as it goes from the process that reads to the one that asked, and what Documents are made of. Of xml/ alone.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "xml/document.h"

namespace xml {

struct Tree {
  struct Attribute {
    std::string_view name, ns, value;
  };
  struct Node {
    std::uint32_t parent = 0, end = 0;  // end: behind its last descendant
    bool element = false;
    std::string_view name, ns;  // of an element
    std::string_view text;      // of a piece of text
    std::uint32_t first_attribute = 0, attributes = 0;
  };
  std::string source;  // the document itself: whoever works on it again is given it again
  Limits limits;
  std::string told;         // what the views look into
  std::vector<Node> nodes;  // in document order, the root first
  std::vector<Attribute> attributes;
};

/// The tree that stands in `told` from `at` to its end. The sender is not believed: what does not fit itself, the limits or UTF-8 is
/// Code::internal.
base::Result<Tree> read_tree(std::string told, std::size_t at, std::string source, const Limits& limits);

}  // namespace xml
