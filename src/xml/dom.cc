// dom.cc: libxml2's parser with a guard before its tree builder: the guard counts while the text is read, and stops the parser at the
// first thing that has no place here. What the parser itself would only warn of (an undeclared prefix) is refused too.
#include "xml/dom.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "base/handle.h"
#include "base/text.h"
#include "xml/node.h"

namespace xml::dom {
namespace {

/// Hangs in the parser's context while it reads.
struct Guard {
  const Limits& limits;
  std::size_t nodes = 0, depth = 0;
  const char* why = nullptr;
};

xmlParserCtxt* context(void* ctx) { return static_cast<xmlParserCtxt*>(ctx); }
Guard& guard(void* ctx) { return *static_cast<Guard*>(context(ctx)->_private); }

void refuse(void* ctx, const char* why) {
  if (guard(ctx).why == nullptr) guard(ctx).why = why;
  xmlStopParser(context(ctx));
}
bool count(void* ctx, std::size_t nodes) {
  Guard& g = guard(ctx);
  g.nodes += nodes;
  if (g.nodes > g.limits.nodes) refuse(ctx, "too many nodes");
  return g.why == nullptr;
}

void start_element(void* ctx, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri, int ns_count, const xmlChar** ns,
                   int attribute_count, int defaulted, const xmlChar** attributes) {
  Guard& g = guard(ctx);
  if (++g.depth > g.limits.depth) return refuse(ctx, "nested too deep");
  for (int i = 0; i < ns_count; ++i) {  // pairs of prefix and name
    if (view(ns[2 * i + 1]).size() > g.limits.name) return refuse(ctx, "a namespace with a long name");
  }
  if (!count(ctx, 1 + static_cast<std::size_t>(ns_count) + static_cast<std::size_t>(attribute_count))) return;
  xmlSAX2StartElementNs(ctx, name, prefix, uri, ns_count, ns, attribute_count, defaulted, attributes);
}
void end_element(void* ctx, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri) {
  --guard(ctx).depth;
  xmlSAX2EndElementNs(ctx, name, prefix, uri);
}
void characters(void* ctx, const xmlChar* s, int n) {
  if (count(ctx, 1)) xmlSAX2Characters(ctx, s, n);
}
void cdata(void* ctx, const xmlChar* s, int n) {
  if (count(ctx, 1)) xmlSAX2CDataBlock(ctx, s, n);
}
void comment(void* ctx, const xmlChar* s) {
  if (count(ctx, 1)) xmlSAX2Comment(ctx, s);
}
void instruction(void* ctx, const xmlChar* target, const xmlChar* s) {
  if (count(ctx, 1)) xmlSAX2ProcessingInstruction(ctx, target, s);
}
/// Called at "<!DOCTYPE name", before any declaration in it is read.
void document_type(void* ctx, const xmlChar*, const xmlChar*, const xmlChar*) { refuse(ctx, "a document type declaration"); }
void external_subset(void*, const xmlChar*, const xmlChar*, const xmlChar*) {}
xmlParserInput* external_entity(void*, const xmlChar*, const xmlChar*) { return nullptr; }
xmlEntity* entity(void*, const xmlChar* name) { return xmlGetPredefinedEntity(name); }
void silent(void*, xmlError*) {}

void put_guard_before(xmlSAXHandler& sax) {
  sax.startElementNs = start_element;
  sax.endElementNs = end_element;
  sax.characters = sax.ignorableWhitespace = characters;
  sax.cdataBlock = cdata;
  sax.comment = comment;
  sax.processingInstruction = instruction;
  sax.internalSubset = document_type;
  sax.externalSubset = external_subset;
  sax.resolveEntity = external_entity;
  sax.getEntity = sax.getParameterEntity = entity;
  sax.serror = silent;
}

/// The declared encoding is one that the parser reads by itself: no conversion tables of the system's are let near foreign bytes, and no
/// encoding in which the same bytes say something else.
bool plain_encoding(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  if (!bytes.starts_with("<?xml")) return true;
  std::string_view declaration = bytes.substr(0, std::min<std::size_t>(bytes.find("?>"), 256));
  const auto at = declaration.find("encoding");
  if (at == std::string_view::npos) return true;
  declaration.remove_prefix(at + 8);
  declaration = base::trim(declaration);
  if (!declaration.starts_with('=')) return false;
  declaration = base::trim(declaration.substr(1));
  if (declaration.empty()) return false;
  const auto name = declaration.substr(1, declaration.find(declaration[0], 1) - 1);
  constexpr std::array<std::string_view, 4> known{"utf-8", "us-ascii", "iso-8859-1", "ascii"};
  return std::any_of(known.begin(), known.end(), [&](std::string_view k) { return base::equal_no_case(name, k); });
}

base::Error unreadable(std::string why, int line = 0) {
  return {base::Code::bad_request, "XML: " + std::move(why) + (line > 0 ? " (line " + std::to_string(line) + ")" : "")};
}

void append_text(const xmlNode* node, std::string& out) {
  for (const xmlNode* n = node->children; n != nullptr; n = n->next) {
    if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) out += view(n->content);
    if (n->type == XML_ELEMENT_NODE) append_text(n, out);  // at most Limits::depth calls deep
  }
}
std::string value_of(const xmlAttr* attribute) {
  std::string out;
  for (const xmlNode* n = attribute->children; n != nullptr; n = n->next) out += view(n->content);
  return out;
}
std::string_view uri_of(const xmlNs* ns) noexcept { return ns == nullptr ? std::string_view{} : view(ns->href); }

}  // namespace

void start_parser() {
  static std::once_flag once;
  std::call_once(once, [] { xmlInitParser(); });
}

void Document::Free::operator()(_xmlDoc* doc) const noexcept { xmlFreeDoc(doc); }

base::Result<Document> Document::parse(std::string_view bytes, const Limits& limits) {
  if (bytes.size() > limits.bytes) return unreadable("larger than " + std::to_string(limits.bytes) + " bytes");
  if (bytes.empty()) return unreadable("empty");
  // UTF-16 and UTF-32 have NUL bytes, EBCDIC begins otherwise.
  if (bytes.find('\0') != std::string_view::npos) return unreadable("a NUL byte");
  const auto first = bytes.starts_with("\xef\xbb\xbf") ? bytes.substr(3) : bytes;
  if (base::trim(first).substr(0, 1) != "<" || !plain_encoding(bytes)) return unreadable("encoding is not UTF-8, US-ASCII or ISO-8859-1");
  start_parser();
  using Context = base::Handle<xmlParserCtxt, xmlFreeParserCtxt>;
  const Context ctx{xmlNewParserCtxt()};
  if (!ctx || ctx->sax == nullptr) return base::Error{base::Code::internal, "XML: no parser"};
  Guard guard{.limits = limits};
  put_guard_before(*ctx->sax);
  ctx->_private = &guard;
  // NOENT: the five entities become characters wherever they stand; there are no others.
  constexpr int options = XML_PARSE_NONET | XML_PARSE_NOENT;
  Document out{xmlCtxtReadMemory(ctx.get(), bytes.data(), static_cast<int>(bytes.size()), nullptr, nullptr, options)};
  if (ctx->myDoc != nullptr && ctx->myDoc != out.doc_.get()) xmlFreeDoc(ctx->myDoc);
  ctx->myDoc = nullptr;
  const int line = ctx->lastError.line;
  if (guard.why != nullptr) return unreadable(guard.why);
  if (!out.doc_ || ctx->wellFormed == 0) return unreadable("not well-formed", line);
  if (ctx->nsWellFormed == 0) return unreadable("a namespace is not declared or an attribute repeated", line);
  if (!out.root()) return unreadable("no element");
  return out;
}

Element Document::root() const noexcept { return Element{doc_ ? xmlDocGetRootElement(doc_.get()) : nullptr}; }

std::string_view Element::name() const noexcept { return node_ == nullptr ? std::string_view{} : view(node_->name); }
std::string_view Element::ns() const noexcept { return node_ == nullptr ? std::string_view{} : uri_of(node_->ns); }

std::string Element::text() const {
  std::string out;
  if (node_ != nullptr) append_text(node_, out);
  return out;
}

bool Element::leaf() const noexcept { return node_ == nullptr || xmlFirstElementChild(node_) == nullptr; }

std::optional<std::string> Element::attribute(std::string_view name) const { return attribute(name, {}); }
std::optional<std::string> Element::attribute(std::string_view name, std::string_view ns) const {
  for (const xmlAttr* a = node_ == nullptr ? nullptr : node_->properties; a != nullptr; a = a->next)
    if (view(a->name) == name && uri_of(a->ns) == ns) return value_of(a);
  return std::nullopt;
}
std::vector<Element::Attribute> Element::attributes() const {
  std::vector<Attribute> out;
  for (const xmlAttr* a = node_ == nullptr ? nullptr : node_->properties; a != nullptr; a = a->next)
    out.push_back({std::string{view(a->name)}, std::string{uri_of(a->ns)}, value_of(a)});
  return out;
}

Element Element::child(std::string_view name, std::string_view ns) const noexcept {
  for (xmlNode* n = node_ == nullptr ? nullptr : xmlFirstElementChild(node_); n != nullptr; n = xmlNextElementSibling(n))
    if (const Element e{n}; e.is(name, ns)) return e;
  return {};
}
std::vector<Element> Element::children() const {
  std::vector<Element> out;
  for (xmlNode* n = node_ == nullptr ? nullptr : xmlFirstElementChild(node_); n != nullptr; n = xmlNextElementSibling(n))
    out.emplace_back(n);
  return out;
}
std::vector<Element> Element::children(std::string_view name, std::string_view ns) const {
  std::vector<Element> out = children();
  std::erase_if(out, [&](const Element& e) { return !e.is(name, ns); });
  return out;
}
Element Element::parent() const noexcept {
  return Element{node_ == nullptr || node_->parent == nullptr || node_->parent->type != XML_ELEMENT_NODE ? nullptr : node_->parent};
}

}  // namespace xml::dom
