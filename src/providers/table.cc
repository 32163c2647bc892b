#include "providers/table.h"

#include <algorithm>

#include "base/text.h"

namespace providers {

Table::Table(const config::Node* node, std::string path, std::optional<base::Error>& mistake)
    : node_(node), path_(std::move(path)), mistake_(mistake) {
  if (node_ == nullptr || node_->table() != nullptr) return;
  wrong(node_, "", "want a table");
  node_ = nullptr;
}

void Table::wrong(const config::Node* at, std::string_view key, std::string what) {
  if (mistake_) return;
  std::string where = at != nullptr && !at->where.empty() ? at->where : node_ != nullptr ? node_->where : "";
  auto name = path_;
  if (!key.empty()) name += '.' + std::string{key};
  mistake_ = base::Error{base::Code::bad_request, {}, (where.empty() ? "" : where + ": ") + name + ": " + std::move(what)};
}

const config::Node* Table::get(std::string_view key) {
  known_.emplace_back(key);
  return node_ == nullptr ? nullptr : node_->get(key);
}

Table Table::table(std::string_view key) { return {get(key), path_ + '.' + std::string{key}, mistake_}; }

std::string Table::text(std::string_view key, std::string_view otherwise) {
  const auto* node = get(key);
  if (node == nullptr) return std::string{otherwise};
  if (const auto* text = node->string()) return *text;
  if (const auto* number = node->integer()) return std::to_string(*number);
  if (const auto* flag = node->boolean()) return *flag ? "true" : "false";
  wrong(node, key, "want a text");
  return {};
}

std::optional<bool> Table::boolean(std::string_view key) {
  const auto* node = get(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* flag = node->boolean()) return *flag;
  const auto* text = node->string();  // from the environment
  if (text != nullptr && (*text == "true" || *text == "false")) return *text == "true";
  wrong(node, key, "want true or false");
  return std::nullopt;
}

std::optional<std::int64_t> Table::integer(std::string_view key) {
  const auto* node = get(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* number = node->integer()) return *number;
  wrong(node, key, "want a whole number");
  return std::nullopt;
}

std::vector<std::string> Table::list(std::string_view key) {
  const auto* node = get(key);
  std::vector<std::string> out;
  if (node == nullptr) return out;
  if (const auto* text = node->string()) {
    for (const auto& part : base::split(*text, ',')) {
      if (const auto item = base::trim(part); !item.empty()) out.emplace_back(item);
    }
    return out;
  }
  const auto* items = node->array();
  if (items == nullptr) wrong(node, key, "want an array of texts");
  for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
    const auto* text = (*items)[i].string();
    if (text == nullptr) {
      wrong(&(*items)[i], key, "want an array of texts");
    } else {
      out.push_back(*text);
    }
  }
  return out;
}

std::string Table::one_of(std::string_view key, const std::vector<std::string>& allowed) {
  auto value = text(key);
  if (value.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
  wrong(get(key), key, "\"" + value + "\" is not known; allowed: " + base::join(allowed, ", "));
  return {};
}

std::vector<std::pair<std::string, const config::Node*>> Table::rest() {
  std::vector<std::pair<std::string, const config::Node*>> out;
  if (node_ == nullptr) return out;
  for (const auto& [key, node] : *node_->table()) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) out.emplace_back(key, &node);
  }
  for (const auto& [key, node] : out) known_.push_back(key);
  return out;
}

void Table::done() {
  if (node_ == nullptr) return;
  for (const auto& [key, node] : *node_->table()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const auto near = base::nearest(key, known_);
    auto allowed = known_;
    std::sort(allowed.begin(), allowed.end());
    wrong(&node, key, "no such key; " + (near ? "did you mean " + *near + "?" : "allowed: " + base::join(allowed, ", ")));
  }
}

config::Node merged(const config::Node& base, const config::Node& over) {
  if (base.table() == nullptr || over.table() == nullptr) return over;
  auto out = base;
  auto& table = std::get<config::Node::Table>(out.v);
  for (const auto& [key, node] : *over.table()) {
    const auto it = table.find(key);
    if (it == table.end()) {
      table.emplace(key, node);
    } else {
      it->second = merged(it->second, node);
    }
  }
  out.where = over.where;
  return out;
}

}  // namespace providers
