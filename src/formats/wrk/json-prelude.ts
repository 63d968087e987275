/**
 * JSON for scripts that require a library of it which is a C module, or is not beside them: encode and decode as cjson,
 * dkjson and json.lua have them. Members leave in the order of their names, so that equal tables are equal texts.
 */
export const JSON_PRELUDE = String.raw`
local own = __internal
local num, sort, concat, find, sub, byte = own.num, table.sort, table.concat, string.find, string.sub, string.byte
local rawtonumber, uchar = tonumber, own.uchar
local NULL = setmetatable({}, { __tostring = function() return "null" end })
local ESCAPED = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
local PLAIN = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

local function quoted(s)
  return '"' .. s:gsub('[%c"\\]', function(c) return ESCAPED[c] or ("\\u%04x"):format(byte(c)) end) .. '"'
end
local function encode(v, depth)
  local kind = type(v)
  if v == nil or v == NULL then return "null" end
  if kind == "boolean" then return tostring(v) end
  if kind == "number" then return num(v) end
  if kind == "string" then return quoted(v) end
  if kind ~= "table" or depth > 100 then error("cannot encode a " .. kind .. " as JSON", 0) end
  local parts = {}
  if #v > 0 then
    for i = 1, #v do parts[i] = encode(v[i], depth + 1) end
    return "[" .. concat(parts, ",") .. "]"
  end
  for k, item in pairs(v) do
    if type(k) == "number" then k = num(k) end
    parts[#parts + 1] = quoted(k) .. ":" .. encode(item, depth + 1)
  end
  sort(parts)
  return "{" .. concat(parts, ",") .. "}"
end

local function fail(at) error("invalid JSON at character " .. num(at), 0) end
local function skip(s, at) return (find(s, "[^ \t\r\n]", at)) or #s + 1 end
local function text(s, at)
  local parts = {}
  while true do
    local stop = find(s, '["\\]', at) or fail(at)
    parts[#parts + 1] = sub(s, at, stop - 1)
    if byte(s, stop) == 34 then return concat(parts), stop + 1 end
    local c = sub(s, stop + 1, stop + 1)
    at = stop + 2
    if c == "u" then
      local code = rawtonumber(sub(s, at, at + 3), 16) or fail(at)
      at = at + 4
      if code >= 0xd800 and code < 0xdc00 and sub(s, at, at + 1) == "\\u" then
        code = 0x10000 + (code - 0xd800) * 1024 + ((rawtonumber(sub(s, at + 2, at + 5), 16) or fail(at)) - 0xdc00)
        at = at + 6
      end
      parts[#parts + 1] = uchar(code)
    else
      parts[#parts + 1] = PLAIN[c] or c
    end
  end
end
local function decode(s, at, depth, null)
  if depth > 100 then fail(at) end
  at = skip(s, at)
  local c = sub(s, at, at)
  if c == '"' then return text(s, at + 1) end
  if c == "{" or c == "[" then
    local out, close = {}, c == "{" and "}" or "]"
    at = skip(s, at + 1)
    if sub(s, at, at) == close then return out, at + 1 end
    for n = 1, #s do
      local key = n
      if close == "}" then
        if sub(s, at, at) ~= '"' then fail(at) end
        key, at = text(s, at + 1)
        at = skip(s, at)
        if sub(s, at, at) ~= ":" then fail(at) end
        at = at + 1
      end
      out[key], at = decode(s, at, depth + 1, null)
      at = skip(s, at)
      local after = sub(s, at, at)
      if after == close then return out, at + 1 end
      if after ~= "," then fail(at) end
      at = skip(s, at + 1)
    end
  end
  for word, value in pairs({ ["true"] = true, ["false"] = false, null = NULL }) do
    if sub(s, at, at + #word - 1) == word then
      if value == NULL then value = null end
      return value, at + #word
    end
  end
  local from, to = find(s, "^-?%d+%.?%d*[eE]?[+-]?%d*", at)
  local n = from and rawtonumber(sub(s, from, to))
  if not n then fail(at) end
  return n + 0.0, to + 1
end

-- cjson has a value for null, the others nil
local function library(null)
  local json = { null = null }
  function json.encode(v) return encode(v, 0) end
  function json.decode(s)
    local value, at = decode(s, 1, 0, null)
    if skip(s, at) <= #s then fail(at) end
    return value
  end
  function json.new() return json end
  return json
end
local cjson, safe = library(NULL), library(NULL)
for _, name in ipairs({ "encode", "decode" }) do
  safe[name] = function(v)
    local ok, result = pcall(cjson[name], v)
    if ok then return result end
    return nil, result
  end
end
own.json = { cjson = cjson, ["cjson.safe"] = safe, json = library(nil), dkjson = library(nil) }
`;
