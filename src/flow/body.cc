// body.cc: the body of a POST by its content type, as DRF's parsers take it.
#include "base/encode.h"
#include "base/text.h"
#include "flow/call.h"
#include "http/multipart.h"

namespace flow {
namespace {

constexpr json::Limits kJsonLimits{.bytes = 1 << 20,  // a body has passed server.max_body
                                   .depth = 16,
                                   .unique_names = false};

/// Python's name of what a JSON text is, as DRF says it (wire.md P11).
std::string_view python_type(const json::Value& v) {
  if (v.is_array()) return "list";
  if (v.is_string()) return "str";
  if (v.is_bool()) return "bool";
  return v.integer() ? "int" : "float";
}

bool printable_utf8(const http::Params& params) {
  for (const auto& [name, value] : params.items()) {
    if (!base::is_utf8(name) || !base::is_utf8(value)) return false;
    if (name.find('\0') != name.npos || value.find('\0') != value.npos) return false;
  }
  return true;
}

ReadBody refuse(http::Response response) { return {{}, std::move(response)}; }

ReadBody read_form(http::Params form) {
  if (!printable_utf8(form)) return refuse(non_field_error(400, "The form is not valid UTF-8 text."));
  return {{std::move(form), std::nullopt}, std::nullopt};
}

ReadBody read_json(std::string_view text) {
  auto document = json::Document::parse(text, kJsonLimits);
  if (!document) return refuse(http::detail(400, "JSON parse error - " + document.error().detail));
  const auto root = document->root();
  if (root.is_null()) return refuse(non_field_error(400, "No data provided"));
  if (!root.is_object()) {
    return refuse(non_field_error(400, "Invalid data. Expected a dictionary, but got " + std::string{python_type(root)} + "."));
  }
  return {{{}, std::move(*document)}, std::nullopt};
}

}  // namespace

std::optional<std::string> Body::text(std::string_view name) const {
  if (const auto* value = form.last(name)) return *value;
  if (!json) return std::nullopt;
  const auto value = json->root()[name].string();
  return value ? std::optional<std::string>{std::string{*value}} : std::nullopt;
}

bool Body::has(std::string_view name) const { return form.last(name) != nullptr || (json && json->root()[name].exists()); }

ReadBody read_body(const http::Request& request) {
  if (request.body.empty()) return {};
  const auto type = base::lower(base::trim(std::string_view{request.content_type}.substr(0, request.content_type.find(';'))));
  if (type == "application/x-www-form-urlencoded") return read_form(http::parse_form(request.body));
  if (type == "application/json") return read_json(request.body);
  if (type == "multipart/form-data") {
    auto form = http::parse_multipart(request.content_type, request.body);
    if (!form) return refuse(http::detail(400, "Multipart form parse error - the body does not fit its boundary"));
    return read_form(std::move(*form));
  }
  return refuse(http::detail(415, "Unsupported media type \"" + request.content_type.substr(0, 200) + "\" in request."));
}

}  // namespace flow
