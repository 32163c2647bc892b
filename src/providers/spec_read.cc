#include "providers/spec_read.h"

namespace providers {
namespace {

using Compile = base::Result<Expression> (*)(std::string_view);

std::optional<Expression> compiled(Table& table, std::string_view key, Compile compile) {
  const auto* node = table.get(key);
  const auto text = node == nullptr ? std::string{} : table.text(key);
  if (text.empty()) return std::nullopt;
  auto expression = compile(text);
  if (expression) return std::move(*expression);
  table.wrong(node, key, expression.error().say);
  return std::nullopt;
}

}  // namespace

std::optional<Expression> read_expression(Table& table, std::string_view key) { return compiled(table, key, Expression::parse); }
std::optional<Expression> read_template(Table& table, std::string_view key) { return compiled(table, key, Expression::parse_template); }

Parameters read_parameters(Table table) {
  Parameters out;
  for (const auto& [name, node] : table.rest()) {
    if (auto value = read_template(table, name)) out.push_back({name, std::move(*value)});
  }
  return out;
}

AnswerKind read_answer_kind(Table& table) {
  const auto text = table.one_of("answer", {"json", "form", "either", "jsonp", "xml", "none"});
  if (text == "form") return AnswerKind::form;
  if (text == "either") return AnswerKind::either;
  if (text == "jsonp") return AnswerKind::jsonp;
  if (text == "xml") return AnswerKind::xml;
  return text == "none" ? AnswerKind::none : AnswerKind::json;
}

std::vector<crypto::Alg> read_algs(Table& table) {
  std::vector<crypto::Alg> out;
  for (const auto& name : table.list("algs")) {
    const auto alg = crypto::alg_from(name);
    if (alg) out.push_back(*alg);
    if (!alg) table.wrong(table.get("algs"), "algs", "\"" + name + "\" is no signature algorithm; RS256, PS256, ES256, EdDSA are some");
  }
  return out;
}

ClientAuth read_client_auth(Table& table) {
  const auto text = table.one_of("client_auth", {"post", "basic", "both", "none", "private_key_jwt", "tls_client_auth",
                                                 "self_signed_tls_client_auth", "signed_secret"});
  if (text == "post") return ClientAuth::post;
  if (text == "basic") return ClientAuth::basic;
  if (text == "both") return ClientAuth::both;
  if (text == "none") return ClientAuth::none;
  if (text == "private_key_jwt") return ClientAuth::private_key_jwt;
  if (text.ends_with("tls_client_auth")) return ClientAuth::tls;
  if (text == "signed_secret") return ClientAuth::signed_secret;
  return ClientAuth::automatic;
}

}  // namespace providers
