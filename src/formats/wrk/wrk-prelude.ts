/**
 * wrk's own library for scripts (wrk.lua and script.c of 4.2.0), and the functions by which the host enters a state. Each
 * of those gives strings and fails with a string. Headers leave in one order, Host first: wrk's own follows the hash of its
 * tables and differs between runs.
 */
export const WRK_PRELUDE = String.raw`
local own = __internal
local num, compile, rawformat, rawload, unpack, host = own.num, own.compile, own.format, own.load, own.unpack, own.host
local exchange, lookup, connect = __exchange, __lookup, __connect
__internal, __exchange, __lookup, __connect = nil
local type, pairs, tostring, tonumber, error, select = type, pairs, tostring, tonumber, error, select
local concat, sort, floor, gmatch = table.concat, table.sort, math.floor, string.gmatch

wrk = { scheme = "http", host = "localhost", method = "GET", path = "/", headers = {} }
package.loaded.wrk = wrk

local addresses = {}
local Address = { __tostring = function(self) return addresses[self] end }
local function address(text)
  local made = setmetatable({}, Address)
  addresses[made] = text
  return made
end

function wrk.lookup(name, service)
  local found = {}
  for text in gmatch(lookup(tostring(name), tostring(service)), "%S+") do found[#found + 1] = address(text) end
  return found
end
function wrk.connect(to) return connect(tostring(to)) ~= nil end

function wrk.setup(thread)
  if type(setup) == "function" then setup(thread) end
end

function wrk.init(args)
  if not wrk.headers["Host"] then
    local name, port = wrk.host, wrk.port
    name = name:find(":") and "[" .. name .. "]" or name
    wrk.headers["Host"] = port and name .. ":" .. tostring(port) or name
  end
  if type(init) == "function" then init(args) end
  local text = wrk.format()
  wrk.request = function() return text end
end

function wrk.format(method, path, headers, body)
  method, path, headers, body = method or wrk.method, path or wrk.path, headers or wrk.headers, body or wrk.body
  if type(body) == "number" then body = num(body) end
  if not headers["Host"] then headers["Host"] = wrk.headers["Host"] end
  headers["Content-Length"] = body and #body
  local lines = {}
  for name, value in pairs(headers) do
    if name ~= "Host" then lines[#lines + 1] = tostring(name) .. ": " .. tostring(value) end
  end
  sort(lines)
  local first = tostring(method) .. " " .. tostring(path) .. " HTTP/1.1\r\n"
  -- There is none before init(), as in wrk: servers refuse such a request
  if headers["Host"] then first = first .. "Host: " .. tostring(headers["Host"]) .. "\r\n" end
  return first .. concat(lines, "\r\n") .. (#lines > 0 and "\r\n\r\n" or "\r\n") .. (body or "")
end

-- Values that pass from one state to another, as text
local function literal(v, depth)
  local kind = type(v)
  if kind == "string" or kind == "number" then return rawformat("%q", v) end
  if kind == "boolean" or kind == "nil" then return tostring(v) end
  if kind ~= "table" or depth > 20 then error("cannot transfer '" .. kind .. "' to thread", 0) end
  local parts = {}
  for k, item in pairs(v) do parts[#parts + 1] = "[" .. literal(k, depth + 1) .. "]=" .. literal(item, depth + 1) end
  return "{" .. concat(parts, ",") .. "}"
end
local function valueOf(text) return rawload("return " .. text)() end

local Thread = {}
local methods = {
  get = function(self, key) return valueOf(exchange("get", self[Thread], literal(key, 0), "")) end,
  set = function(self, key, value) exchange("set", self[Thread], literal(key, 0), literal(value, 0)) end,
  stop = function(self) exchange("stop", self[Thread], "", "") end,
}
Thread.__index = function(self, key)
  if key ~= "addr" then return methods[key] end
  local text = exchange("address", self[Thread], "", "")
  return text ~= "" and address(text) or nil
end
Thread.__newindex = function(self, key, value)
  if key ~= "addr" then error("cannot set '" .. tostring(key) .. "' on thread", 2) end
  exchange("go", self[Thread], addresses[value] or error("thread.addr takes an entry of wrk.lookup()", 2), "")
end
local function threadOf(index) return setmetatable({ [Thread] = index }, Thread) end

local Stats = {
  __len = function(self) return self.distinct end,
  __call = function(self, i) return self.values[i] or 0, self.counts[i] or self.distinct end,
  __index = function(_, name) return name end,
}
local function stats(data)
  data.distinct = #data.values
  function data.percentile(self, p)
    local rank, total = floor(p / 100 * self.total + 1), 0
    for i = 1, self.distinct do
      total = total + self.counts[i]
      if total >= rank then return self.values[i] end
    end
    return 0
  end
  return setmetatable(data, Stats)
end

local function entry(f)
  return function(...)
    local results = { xpcall(f, tostring, ...) }
    if not results[1] then error(results[2], 0) end
    return unpack(results, 2)
  end
end

__configure = entry(function(scheme, name, port, path, ...)
  wrk.scheme, wrk.host, wrk.path = scheme, name, path
  if port ~= "" then wrk.port = port end
  for i = 1, select("#", ...), 2 do wrk.headers[select(i, ...)] = select(i + 1, ...) end
end)
__script = entry(function(text, name)
  package.path = "./?.lua;" .. (name:match("^.*/") or "./") .. "?.lua"
  local f, why = compile(text, "@" .. name, _G)
  if not f then error(why, 0) end
  f()
end)
__setup = entry(function(index) wrk.setup(threadOf(index)) end)
__init = entry(function(index, url, ...)
  wrk.thread = threadOf(index)
  local args = { ... }
  args[0] = url
  wrk.init(args)
end)
__functions = entry(function()
  local found = {}
  for _, name in pairs({ "request", "response", "delay", "done" }) do
    if type(_G[name]) == "function" then found[#found + 1] = name end
  end
  return concat(found, " ")
end)
__request = entry(function()
  own.timed = false
  local f = type(request) == "function" and request or wrk.request
  local text = f()
  if type(text) == "number" then text = num(text) end
  if type(text) ~= "string" then text = "" end
  return text, own.timed and "timed" or ""
end)
__delay = entry(function() return rawformat("%d", floor(tonumber(delay()) or 0) // 1 | 0) end)
__response = entry(function(status, body, ...)
  local headers = {}
  for i = 1, select("#", ...), 2 do headers[select(i, ...)] = select(i + 1, ...) end
  response(tonumber(status), headers, body)
end)
__get = entry(function(key) return literal(_G[valueOf(key)], 0) end)
__set = entry(function(key, value) _G[valueOf(key)] = valueOf(value) end)
__done = entry(function(summary, latency, requests)
  done(valueOf(summary), stats(valueOf(latency)), stats(valueOf(requests)))
end)
`;
