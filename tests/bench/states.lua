-- Begins logins as one browser and writes their states, one a line, to FILE.N, a file for each thread of wrk.
-- usage: wrk -s states.lua URL -- FILE COOKIE
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end
function init(args)
  out = assert(io.open(args[1] .. "." .. number, "w"))
  wrk.headers["Cookie"] = args[2]
end
function response(status, headers, body)
  local state = status == 200 and body:match("[?&]state=([%w%-_.~]+)")
  if state then out:write(state, "\n") end
end
