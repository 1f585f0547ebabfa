-- POST /execute-kubectl-direct/{id}: every request is the command of the next user, for that user's own cluster.
-- Arguments: file with one bearer token and one cluster id a line, the command.
local folder = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
dofile(folder .. "report.lua")

local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local requests, count = {}, 0

function init(args)
  local body = string.format('{"command":"%s"}', args[2])
  for line in io.lines(args[1]) do
    local bearer, cluster = line:match("^(%S+) (%d+)$")
    requests[#requests + 1] = "POST /execute-kubectl-direct/" .. cluster .. " HTTP/1.1\r\nHost: bench\r\n"
      .. "Content-Type: application/json\r\nAuthorization: Bearer " .. bearer .. "\r\nContent-Length: " .. #body
      .. "\r\n\r\n" .. body
  end
  -- Two threads must not walk over the users in step.
  count = number * math.floor(#requests / 2)
end

function request()
  count = count + 1
  return requests[count % #requests + 1]
end
