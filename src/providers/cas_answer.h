// cas_answer.h: what a CAS server answers about a ticket (CAS Protocol 3.0 2.5.2, appendix A). Pure.
#pragma once
#include <string_view>

#include "base/result.h"
#include "json/value.h"

namespace providers::cas {

/// May this be sent to the server as a service ticket? 3.1.1, 3.7: "ST-", then letters, digits and '-', at most 256 in all; '.' and '_' are
/// let through besides, since servers put host names into tickets.
bool is_ticket(std::string_view ticket) noexcept;

/// {"user": "ann", "attributes": {"mail": "ann@example.edu", "groups": ["staff", "dev"]}}: an attribute that comes once is a text, one that
/// comes more often a list. A refusal of the server is Code::denied, anything else that is no plain success Code::upstream.
base::Result<json::Document> read_validation(std::string_view body);

}  // namespace providers::cas
