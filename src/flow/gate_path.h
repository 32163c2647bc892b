// flow/gate_path.h: which path does a request target name? Web servers and the programs behind them do not agree, so a target may have
// several readings, and the gate lets nobody in who could not see all of them. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace flow {

/// The paths that `uri` (a raw request target: path, query) may stand for, the plain one first: decoded once, slashes merged, dot segments
/// resolved. Further ones where a server or program might read it otherwise: "%2F" as no slash, "//" not merged, "a;x" as "a", "%252f"
/// decoded twice. Code::denied for what no browser sends and nobody reads in one way: NUL, control bytes, backslashes, '#', broken escapes,
/// text that is not UTF-8, a way out of the root, dot segments among any of the oddities above, over 8 KiB. `detail` says which.
base::Result<std::vector<std::string>> read_paths(std::string_view uri);

/// True if `path` is `prefix` or below it: "/team/" holds "/team" and "/team/x", never "/teamwork". `prefix` ends with '/'.
bool is_below(std::string_view path, std::string_view prefix) noexcept;
/// The same, ASCII capitals aside: where file names have none, "/TEAM/x" is served as "/team/x" (CWE-178).
bool is_below_no_case(std::string_view path, std::string_view prefix) noexcept;

}  // namespace flow
