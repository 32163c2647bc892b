// dom.h: XML by libxml2, as the process that reads it sees it (work.h): limits count while the text is read, and of XML only elements,
// attributes, namespaces, text, CDATA, comments and processing instructions exist: a document type declaration is refused, so there are no
// entities but the five, nothing to expand and nothing to fetch (CWE-611, CWE-776; saml-core 1.1 needs none of it). Of xml/ alone.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "xml/document.h"  // Limits

struct _xmlDoc;   // NOLINT: libxml2's own names
struct _xmlNode;  // NOLINT

namespace xml::dom {

/// A view. A default-made Element is "missing": every question about it answers "" or none.
class Element {
  _xmlNode* node_ = nullptr;
  friend _xmlNode* node_of(const Element& element) noexcept;  // node.h

 public:
  Element() = default;
  explicit Element(_xmlNode* node) : node_(node) {}
  explicit operator bool() const noexcept { return node_ != nullptr; }
  /// The same element of the same document, not one that looks like it.
  bool operator==(const Element& other) const noexcept { return node_ == other.node_; }

  std::string_view name() const noexcept;  // without prefix
  std::string_view ns() const noexcept;    // the namespace's URI; "" = none
  bool is(std::string_view name, std::string_view ns) const noexcept {
    return node_ != nullptr && this->name() == name && this->ns() == ns;
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
};

class Document {
  struct Free {
    void operator()(_xmlDoc* doc) const noexcept;
  };
  std::unique_ptr<_xmlDoc, Free> doc_;
  explicit Document(_xmlDoc* doc) : doc_(doc) {}

 public:
  /// Whole text, well-formed with namespaces, in UTF-8, US-ASCII or ISO-8859-1 (what comes out is UTF-8). Code::bad_request; `say` is
  /// empty, detail names what and the line, not the content. Thread safe.
  static base::Result<Document> parse(std::string_view bytes, const Limits& limits = {});
  Document(Document&&) noexcept = default;
  Document& operator=(Document&&) noexcept = default;
  ~Document() = default;
  Element root() const noexcept;
};

}  // namespace xml::dom
