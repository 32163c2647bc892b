// document.h: XML from outside, read. Size, depth and number of nodes are limited before anything believes the text, and a document type
// declaration is refused (dom.h). The reading itself is work.h's, which may be another process's (ask.h): what stands here is what it told,
// a plain tree. A Document owns the tree; an Element is a view into it and lives no longer than its Document.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace xml {

struct Tree;  // tree.h

struct Limits {
  std::size_t bytes = 256 << 10;
  std::size_t depth = 32;
  std::size_t nodes = 20000;  // elements, attributes, namespace declarations, pieces of text, comments, processing instructions
  std::size_t name = 1024;    // bytes of a namespace's name: canonicalization writes it again wherever it is used
};

/// A view. A default-made Element is "missing": every question about it answers "" or none.
class Element {
  const Tree* tree_ = nullptr;
  std::uint32_t at_ = 0;

 public:
  Element() = default;
  Element(const Tree& tree, std::uint32_t at) : tree_(&tree), at_(at) {}
  explicit operator bool() const noexcept { return tree_ != nullptr; }
  /// The same element of the same document, not one that looks like it.
  bool operator==(const Element& other) const noexcept = default;

  std::string_view name() const noexcept;  // without prefix
  std::string_view ns() const noexcept;    // the namespace's URI; "" = none
  bool is(std::string_view name, std::string_view ns) const noexcept {
    return tree_ != nullptr && this->name() == name && this->ns() == ns;
  }

  /// All text below the element in document order, CDATA sections too, as it stands (not trimmed). Comments and processing instructions are
  /// passed over and cut nothing off: "a<!-- -->b" is "ab" (CVE-2017-11427 and its kin). "" if there is none.
  std::string text() const;
  /// True if no element stands in it.
  bool leaf() const noexcept;

  /// Value of an attribute without namespace (the usual kind: a default namespace does not reach attributes); nullopt if absent.
  std::optional<std::string> attribute(std::string_view name) const;
  std::optional<std::string> attribute(std::string_view name, std::string_view ns) const;
  struct Attribute {
    std::string name, ns, value;
  };
  std::vector<Attribute> attributes() const;

  /// The first child element of that name; missing if there is none.
  Element child(std::string_view name, std::string_view ns) const noexcept;
  std::vector<Element> children() const;
  std::vector<Element> children(std::string_view name, std::string_view ns) const;
  Element parent() const noexcept;

  /// Where it stands: for the rooms of xml/.
  const Tree* tree() const noexcept { return tree_; }
  std::uint32_t place() const noexcept { return at_; }
};

class Document {
  std::unique_ptr<const Tree> tree_;

 public:
  explicit Document(Tree tree);
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();
  /// Whole text, well-formed with namespaces, in UTF-8, US-ASCII or ISO-8859-1 (what comes out is UTF-8). Code::bad_request; `say` is
  /// empty, detail names what and the line, not the content. Thread safe.
  static base::Result<Document> parse(std::string_view bytes, const Limits& limits = {});
  Element root() const noexcept;
};

}  // namespace xml
