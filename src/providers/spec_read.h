// spec_read.h: the pieces that read_spec is made of, one for each table of a provider's file.
#pragma once
#include <optional>
#include <string_view>

#include "providers/spec.h"
#include "providers/table.h"

namespace providers {

// ---- spec_read.cc: single keys ------------------------------------------------------------------------------------------
std::optional<Expression> read_expression(Table& table, std::string_view key);
std::optional<Expression> read_template(Table& table, std::string_view key);
/// A table with free names, each a template.
Parameters read_parameters(Table table);
AnswerKind read_answer_kind(Table& table);
std::vector<crypto::Alg> read_algs(Table& table);
ClientAuth read_client_auth(Table& table);

// ---- spec_tables.cc: whole tables ---------------------------------------------------------------------------------------
void read_authorize(Table table, Spec& spec);
void read_token(Table table, Spec& spec);
void read_user(Table& table, Spec& spec, std::optional<base::Error>& mistake);
void read_map(Table table, Spec& spec);
void read_require(Table& table, Spec& spec, std::optional<base::Error>& mistake);

// ---- spec_native.cc: what apps sign in with -----------------------------------------------------------------------------
void read_native(Table& table, Spec& spec);
/// spec_client.cc: private key, client certificate.
void read_client_keys(Table& table, Spec& spec);

}  // namespace providers
