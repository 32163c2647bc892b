// fcgi/spawned.h: who started us? mod_fcgid wants one worker that serves one request at a time, since Apache does the forking.
#pragma once

namespace fcgi {

/// True if descriptor 0 is a Unix socket named as mod_fcgid names its sockets: PID.NUMBER, the PID being our parent's. No other spawner
/// does so.
bool spawned_by_mod_fcgid();

}  // namespace fcgi
