#include "xml/document.h"

#include "base/encode.h"
#include "xml/ask.h"
#include "xml/tree.h"
#include "xml/wire.h"

namespace xml {
namespace {

base::Error torn() { return {base::Code::internal, "XML: the reader's answer does not hold together"}; }

bool read_attributes(Unpacker& in, Tree& tree, Tree::Node& node) {
  node.first_attribute = static_cast<std::uint32_t>(tree.attributes.size());
  node.attributes = in.number();
  if (node.attributes > in.left() / 12) return false;  // each takes at least that
  for (std::uint32_t i = 0; i < node.attributes; ++i) {
    const auto name = in.text(), ns = in.text(), value = in.text();
    if (!base::is_utf8(name) || !base::is_utf8(ns) || !base::is_utf8(value)) return false;
    tree.attributes.push_back({name, ns, value});
  }
  return true;
}

bool read_node(Unpacker& in, Tree& tree, std::vector<std::uint32_t>& open) {
  const auto at = static_cast<std::uint32_t>(tree.nodes.size());
  Tree::Node node;
  node.element = in.number() == 1;
  node.parent = in.number();
  while (!open.empty() && open.back() != node.parent) {
    tree.nodes[open.back()].end = at;
    open.pop_back();
  }
  if (at > 0 && open.empty()) return false;  // stands in nothing that is open
  if (node.element) {
    node.name = in.text();
    node.ns = in.text();
    if (!read_attributes(in, tree, node)) return false;
    open.push_back(at);
  } else {
    node.text = in.text();
    node.end = at + 1;
  }
  if (open.size() > tree.limits.depth) return false;
  const bool utf8 = base::is_utf8(node.name) && base::is_utf8(node.ns) && base::is_utf8(node.text);
  tree.nodes.push_back(node);
  return utf8 && in.good();
}

}  // namespace

base::Result<Tree> read_tree(std::string told, std::size_t at, std::string source, const Limits& limits) {
  Tree tree{.source = std::move(source), .limits = limits, .told = std::move(told), .nodes = {}, .attributes = {}};
  Unpacker in{std::string_view{tree.told}.substr(at)};
  const auto count = in.number();
  if (count == 0 || count > limits.nodes || count > in.left() / 12) return torn();
  tree.nodes.reserve(count);
  std::vector<std::uint32_t> open;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!read_node(in, tree, open)) return torn();
  }
  for (const auto left : open) tree.nodes[left].end = count;
  if (!in.ended() || !tree.nodes[0].element) return torn();
  return tree;
}

Document::Document(Tree tree) : tree_(std::make_unique<const Tree>(std::move(tree))) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

base::Result<Document> Document::parse(std::string_view bytes, const Limits& limits) {
  // Before anything is sent anywhere; the rest is for whoever reads it.
  if (bytes.size() > limits.bytes)
    return base::Error{base::Code::bad_request, "XML: larger than " + std::to_string(limits.bytes) + " bytes"};
  Packer request;
  request.number(static_cast<std::uint32_t>(Task::parse));
  pack(request, bytes, limits);
  auto answer = ask(request.take());
  if (!answer) return answer.error();
  auto tree = read_tree(std::move(answer->told), answer->at, std::string{bytes}, limits);
  if (!tree) return tree.error();
  return Document{std::move(*tree)};
}

Element Document::root() const noexcept { return tree_ ? Element{*tree_, 0} : Element{}; }

std::string_view Element::name() const noexcept { return tree_ == nullptr ? std::string_view{} : tree_->nodes[at_].name; }
std::string_view Element::ns() const noexcept { return tree_ == nullptr ? std::string_view{} : tree_->nodes[at_].ns; }

std::string Element::text() const {
  std::string out;
  for (auto i = at_; tree_ != nullptr && i < tree_->nodes[at_].end; ++i) out += tree_->nodes[i].text;
  return out;
}

bool Element::leaf() const noexcept {
  for (auto i = at_ + 1; tree_ != nullptr && i < tree_->nodes[at_].end; ++i) {
    if (tree_->nodes[i].element) return false;
  }
  return true;
}

std::optional<std::string> Element::attribute(std::string_view name) const { return attribute(name, {}); }
std::optional<std::string> Element::attribute(std::string_view name, std::string_view ns) const {
  for (std::uint32_t i = 0; tree_ != nullptr && i < tree_->nodes[at_].attributes; ++i) {
    const auto& a = tree_->attributes[tree_->nodes[at_].first_attribute + i];
    if (a.name == name && a.ns == ns) return std::string{a.value};
  }
  return std::nullopt;
}
std::vector<Element::Attribute> Element::attributes() const {
  std::vector<Attribute> out;
  for (std::uint32_t i = 0; tree_ != nullptr && i < tree_->nodes[at_].attributes; ++i) {
    const auto& a = tree_->attributes[tree_->nodes[at_].first_attribute + i];
    out.push_back({std::string{a.name}, std::string{a.ns}, std::string{a.value}});
  }
  return out;
}

Element Element::child(std::string_view name, std::string_view ns) const noexcept {
  for (auto i = at_ + 1; tree_ != nullptr && i < tree_->nodes[at_].end; i = tree_->nodes[i].end) {
    if (const Element e{*tree_, i}; tree_->nodes[i].element && e.is(name, ns)) return e;
  }
  return {};
}
std::vector<Element> Element::children() const {
  std::vector<Element> out;
  for (auto i = at_ + 1; tree_ != nullptr && i < tree_->nodes[at_].end; i = tree_->nodes[i].end) {
    if (tree_->nodes[i].element) out.emplace_back(*tree_, i);
  }
  return out;
}
std::vector<Element> Element::children(std::string_view name, std::string_view ns) const {
  std::vector<Element> out = children();
  std::erase_if(out, [&](const Element& e) { return !e.is(name, ns); });
  return out;
}
Element Element::parent() const noexcept { return tree_ == nullptr || at_ == 0 ? Element{} : Element{*tree_, tree_->nodes[at_].parent}; }

}  // namespace xml
