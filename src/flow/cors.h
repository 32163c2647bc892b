// flow/cors.h: Cross-Origin Resource Sharing (Fetch 3.2) for the listed origins, with credentials; everyone else gets no header and the
// browser keeps the answer from the page.
#pragma once
#include "config/config.h"
#include "http/request.h"
#include "http/response.h"

namespace flow {

bool is_preflight(const http::Request& request);
http::Response preflight(const http::Request& request, const config::Config& config);
void add_cors(http::Response& response, const http::Request& request, const config::Config& config);

}  // namespace flow
