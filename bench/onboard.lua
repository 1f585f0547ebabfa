-- POST /onboard-cluster: every request has a name of its own and the token of another user.
-- Arguments: file with one bearer token a line, word that is new in each run, file with the body, in which
-- @NAME@ stands for the name. Content-Length is constant because the names are of one length.
local folder = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
dofile(folder .. "report.lua")

local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local heads, tail = {}, nil
local count, run = 0, ""

local function read(path)
  local file = assert(io.open(path))
  local text = file:read("*a")
  file:close()
  return text
end

function init(args)
  run = args[2]
  local before, after = read(args[3]):match("^(.*)@NAME@(.*)$")
  tail = after
  local length = #before + #after + #string.format("%s-%d-%07d", run, number, 0)
  for bearer in read(args[1]):gmatch("[^\n]+") do
    heads[#heads + 1] = "POST /onboard-cluster HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
      .. "Authorization: Bearer " .. bearer .. "\r\nContent-Length: " .. length .. "\r\n\r\n" .. before
  end
  -- Two threads must not walk over the users in step.
  count = number * 100
end

function request()
  count = count + 1
  return heads[count % #heads + 1] .. string.format("%s-%d-%07d", run, number, count) .. tail
end
