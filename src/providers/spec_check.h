// spec_check.h: what must hold between the keys of a provider's file: the part of spec.h that no single key can say.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "providers/spec.h"
#include "providers/table.h"

namespace providers {

/// Mistakes go to `table`. `complete`: as in read_spec.
/// Tells what is wrong: "private_key_file", "is missing".
using ClientWrong = std::function<void(std::string_view key, std::string what)>;
/// spec_client.cc: does an enabled provider have what it proves with who we are?
void check_client(const Spec& spec, const ClientWrong& wrong);

void check_spec(const Spec& spec, Table& table, bool complete);

}  // namespace providers
