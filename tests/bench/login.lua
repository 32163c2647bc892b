-- Finishes the logins whose states stand in FILE.N, each once; a thread stops after its last one. Who signs in is
-- drawn from PEOPLE people.
-- usage: wrk -s login.lua URL -- FILE COOKIE PEOPLE
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end
function init(args)
  states, at = {}, 0
  for line in io.lines(args[1] .. "." .. number) do states[#states + 1] = line end
  people = tonumber(args[3])
  math.randomseed(number + 1)
  headers = { ["Cookie"] = args[2], ["Content-Type"] = "application/x-www-form-urlencoded" }
end
function request()
  at = at + 1
  if at > #states then
    wrk.thread:stop()
    at = #states
  end
  return wrk.format("POST", nil, headers, "code=person" .. math.random(0, people - 1) .. "&state=" .. states[at])
end
