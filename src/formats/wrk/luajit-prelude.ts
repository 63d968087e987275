/**
 * What makes Lua 5.4 behave as LuaJIT 2.1 does for a script of wrk: run in each state before the script. Numbers are floats
 * (see `rewriteForLua54`) and are written by `%.14g`; the random generator is LuaJIT's, four Tausworthe components of 64
 * bits (lj_prng.c); files come from the host, one by one, and what only a process could do is refused by name.
 */
export const LUAJIT_PRELUDE = String.raw`
local host = {
  rewrite = __rewrite, read = __read, mount = __mount, out = __out, getenv = __getenv, clock = __clock,
  offset = __offset, exit = __exit, refuse = __refuse, written = __written,
}
__rewrite, __read, __mount, __out, __getenv, __clock, __offset, __exit, __refuse, __written = nil
local type, select, pairs, rawtostring, rawtonumber = type, select, pairs, tostring, tonumber
local mathtype, tointeger, mininteger, ult = math.type, math.tointeger, math.mininteger, math.ult
local function rawfloat(x) return x - x % 1.0 end
local rawfloor, rawceil, huge = math.floor, math.ceil, math.huge
local unpack, pack, spack, sunpack = table.unpack, table.pack, string.pack, string.unpack
local rawformat, rawconcat, rawload, gsub, gmatch, sub = string.format, table.concat, load, string.gsub, string.gmatch, string.sub
local getmetatable, error = getmetatable, error
local getinfo, getupvalue, upvaluejoin = debug.getinfo, debug.getupvalue, debug.upvaluejoin
local LARGE = 100000000000000
local own = { host = host, format = rawformat, load = rawload, unpack = unpack, uchar = utf8.char, json = {} }
__internal = own

-- Numbers as text. LuaJIT rounds what lies exactly between two away from zero, C to the even one.
local TIE = "5" .. ("0"):rep(29)
local function away(n, format, from)
  local digits = gsub(rawformat(format, n), "^-", "")
  return sub(digits, from, from + 29) == TIE and n * (1 + 2.0 ^ -52) or n
end
local function rounded(n, conversion, precision)
  if n ~= n or n == huge or n == -huge then return n end
  if conversion == "f" then
    if (n * 10.0 ^ precision * 2) % 1 ~= 0 then return n end
    local digits = gsub(rawformat("%." .. rawformat("%d", precision + 30) .. "f", n), "^-", "")
    return sub(digits, -30) == TIE and n * (1 + 2.0 ^ -52) or n
  end
  if conversion == "g" then precision = precision > 0 and precision - 1 or 0 end
  return away(n, "%." .. rawformat("%d", precision + 30) .. "e", precision + 3)
end
local function num(n)
  if mathtype(n) == "integer" and n < LARGE and n > -LARGE then return rawtostring(n) end
  if n ~= n then return "nan" end
  if mathtype(n) == "integer" then n = n + 0.0 end
  if n < LARGE and n > -LARGE and n % 1 == 0 then return rawformat("%.14g", n) end
  return rawformat("%.14g", away(n, "%.43e", 16))
end
own.num = num

-- The error of a concatenation belongs to the script's line
local function check(...)
  local bad
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    if type(v) ~= "string" and type(v) ~= "number" then
      local meta = getmetatable(v)
      if type(meta) == "table" and meta.__concat then return end
      bad = bad or type(v)
    end
  end
  if bad then error("attempt to concatenate a " .. bad .. " value", 3) end
end

function __cat(a, b, ...)
  if type(a) == "number" then a = num(a) end
  if type(b) == "number" then b = num(b) end
  local more = select("#", ...)
  if type(a) ~= "string" or type(b) ~= "string" then check(a, b) end
  if more == 0 then return a .. b end
  if more == 1 then
    local c = ...
    if type(c) == "number" then c = num(c) end
    if type(c) ~= "string" then check(c, a, b) end
    return a .. b .. c
  end
  local parts = { a, b, ... }
  local plain = type(a) == "string" and type(b) == "string"
  for i = 3, more + 2 do
    local part = parts[i]
    if type(part) == "number" then parts[i] = num(part) elseif type(part) ~= "string" then plain = false end
  end
  if plain then return rawconcat(parts) end
  check(unpack(parts, 1, more + 2))
  local out = parts[more + 2]
  for i = more + 1, 1, -1 do out = parts[i] .. out end
  return out
end
local cat = __cat
function __mod(a, b)
  local x, y = a, b
  if type(x) == "string" then x = rawtonumber(x) end
  if type(y) == "string" then y = rawtonumber(y) end
  if type(x) ~= "number" or type(y) ~= "number" then return a % b end
  return x - rawfloat(x / y) * y
end

function tostring(...)
  local v = ...
  if type(v) == "number" then return num(v) end
  return rawtostring(...)
end
function tonumber(...)
  local n = rawtonumber(...)
  return n and n + 0.0
end

local function cut(v)
  if mathtype(v) ~= "float" then return v end
  if v ~= v then return mininteger end
  v = v < 0 and rawceil(v) or rawfloor(v)
  return tointeger(v) or mininteger
end

local specs = {}
local function specsOf(format)
  local list = {}
  local changed = gsub(format, "%%([%-+ #0]*%d*%.?%d*)(.)", function(flags, conversion)
    if conversion == "%" then return nil end
    list[#list + 1] = { conversion, rawtonumber(flags:match("%.(%d*)") or 6) or 0 }
    if conversion == "i" or conversion == "u" then return "%" .. flags .. "d" end
  end)
  specs[format] = { changed, list }
  return specs[format]
end
local FRACTION = { e = "e", E = "e", f = "f", F = "f", g = "g", G = "g" }
local WHOLE = { d = true, i = true, u = true, c = true, x = true, X = true, o = true }
function string.format(format, ...)
  if type(format) == "number" then format = num(format) end
  local found = specs[format] or specsOf(format)
  local list = found[2]
  if #list == 0 then return rawformat(found[1]) end
  local args = { ... }
  for i = 1, #list do
    local v, conversion = args[i], list[i][1]
    if WHOLE[conversion] then
      if type(v) == "string" then v = rawtonumber(v) or v end
      if type(v) == "number" then args[i] = cut(v) end
    elseif FRACTION[conversion] then
      if type(v) == "string" then v = rawtonumber(v) or v end
      if type(v) == "number" then args[i] = rounded(v + 0.0, FRACTION[conversion], list[i][2]) end
    elseif (conversion == "s" or conversion == "q") and type(v) == "number" then
      args[i] = num(v)
    end
  end
  return rawformat(found[1], unpack(args, 1, select("#", ...)))
end

local function texts(f)
  return function(s, ...)
    if type(s) == "number" then s = num(s) end
    return f(s, ...)
  end
end
local function places(f)
  return function(s, ...)
    if type(s) == "number" then s = num(s) end
    local a, b, c = ...
    return f(s, unpack({ cut(a), cut(b), c }, 1, select("#", ...)))
  end
end
for _, name in ipairs({ "len", "upper", "lower", "reverse", "gmatch" }) do string[name] = texts(string[name]) end
for _, name in ipairs({ "sub", "rep", "byte", "find", "match" }) do string[name] = places(string[name]) end
local rawchar = string.char
function string.char(...)
  local args = { ... }
  for i = 1, #args do args[i] = cut(rawtonumber(args[i])) end
  return rawchar(unpack(args))
end
function string.gsub(s, pattern, with, ...)
  if type(s) == "number" then s = num(s) end
  local kind = type(with)
  if kind == "number" then with = num(with)
  elseif kind == "function" then
    local f = with
    with = function(...)
      local v = f(...)
      if type(v) == "number" then return num(v) end
      return v
    end
  elseif kind == "table" then
    local t = with
    with = function(k)
      local v = t[k]
      if type(v) == "number" then return num(v) end
      return v
    end
    if sub(pattern, 1, 1) == "(" or pattern:find("%(") then return gsub(s, pattern, with, ...) end
  end
  return gsub(s, pattern, with, ...)
end

function table.concat(t, separator, from, to)
  if type(separator) == "number" then separator = num(separator) end
  from, to = from or 1, to or #t
  local out
  for i = from, to do
    if type(t[i]) == "number" then
      if not out then
        out = {}
        for k = from, to do out[k] = t[k] end
      end
      out[i] = num(t[i])
    end
  end
  return rawconcat(out or t, separator, from, to)
end
function table.getn(t) return #t end
function table.maxn(t)
  local most = 0
  for k in pairs(t) do if type(k) == "number" and k > most then most = k end end
  return most
end
function table.foreach(t, f)
  for k, v in pairs(t) do local r = f(k, v) if r ~= nil then return r end end
end
function table.foreachi(t, f)
  for i = 1, #t do local r = f(i, t[i]) if r ~= nil then return r end end
end

-- Mathematics
function math.floor(x) return rawfloor(x) + 0.0 end
function math.ceil(x) return rawceil(x) + 0.0 end
function math.pow(x, y) return x ^ y end
function math.log10(x) return math.log(x, 10) end
function math.ldexp(m, e) return m * 2.0 ^ e end
function math.frexp(x)
  if x == 0 or x ~= x or x == huge or x == -huge then return x, 0 end
  local e = rawfloor(math.log(math.abs(x), 2)) + 1
  local m = x / 2.0 ^ e
  if math.abs(m) >= 1 then m, e = m / 2, e + 1 elseif math.abs(m) < 0.5 then m, e = m * 2, e - 1 end
  return m, e
end
function math.sinh(x) return (math.exp(x) - math.exp(-x)) / 2 end
function math.cosh(x) return (math.exp(x) + math.exp(-x)) / 2 end
function math.tanh(x) local a, b = math.exp(x), math.exp(-x) return (a - b) / (a + b) end

local K, Q, S = { 63, 58, 55, 47 }, { 31, 19, 24, 21 }, { 18, 28, 7, 8 }
local words
local function draw()
  local r = 0
  for i = 1, 4 do
    local k, s, z = K[i], S[i], words[i]
    z = (((z << Q[i]) ~ z) >> (k - s)) ~ ((z & (-1 << (64 - k))) << s)
    words[i] = z
    r = r ~ z
  end
  return (r & 0xfffffffffffff) / 2.0 ^ 52
end
function math.randomseed(d)
  d = (rawtonumber(d) or 0) + 0.0
  words = {}
  for i = 1, 4 do
    d = d * 3.14159265358979323846 + 2.7182818284590452354
    local word, least = sunpack("<i8", spack("<d", d)), 1 << (64 - K[i])
    words[i] = ult(word, least) and word + least or word
  end
  for _ = 1, 10 do draw() end
end
math.randomseed(0)
function math.random(m, n)
  local d = draw()
  if m == nil then return d end
  m = rawtonumber(m) + 0.0
  if n == nil then
    if m < 1 then error("bad argument #1 to 'random' (interval is empty)", 2) end
    return rawfloor(d * m) + 1.0
  end
  n = rawtonumber(n) + 0.0
  if m > n then error("bad argument #2 to 'random' (interval is empty)", 2) end
  return rawfloor(d * (n - m + 1.0)) + m
end

-- 32 bits, signed
bit = {}
local function signed(n) n = n & 0xffffffff return (n >= 0x80000000 and n - 0x100000000 or n) + 0.0 end
local function whole(v)
  v = rawtonumber(v) + 0.0
  local n = rawfloor(v + 0.5)
  if v + 0.5 == n and n % 2 == 1 then n = n - 1 end
  return (tointeger(n) or 0) & 0xffffffff
end
local function fold(f)
  return function(a, ...)
    local out = whole(a)
    for i = 1, select("#", ...) do out = f(out, whole((select(i, ...)))) end
    return signed(out)
  end
end
bit.tobit = function(a) return signed(whole(a)) end
bit.bnot = function(a) return signed(~whole(a)) end
bit.band = fold(function(a, b) return a & b end)
bit.bor = fold(function(a, b) return a | b end)
bit.bxor = fold(function(a, b) return a ~ b end)
bit.lshift = function(a, n) return signed(whole(a) << (whole(n) & 31)) end
bit.rshift = function(a, n) return signed(whole(a) >> (whole(n) & 31)) end
bit.arshift = function(a, n)
  a, n = whole(a), whole(n) & 31
  return signed((a >> n) | (a >= 0x80000000 and ~(0xffffffff >> n) or 0))
end
bit.rol = function(a, n) a, n = whole(a), whole(n) & 31 return signed((a << n) | (a >> (32 - n))) end
bit.ror = function(a, n) a, n = whole(a), whole(n) & 31 return signed((a >> n) | (a << (32 - n))) end
bit.bswap = function(a) return signed((sunpack(">I4", spack("<I4", whole(a))))) end
bit.tohex = function(a, n)
  n = n and cut(n) or 8
  local text = rawformat(n < 0 and "%08X" or "%08x", whole(a))
  n = math.abs(n)
  return n >= 8 and text or sub(text, -n)
end
jit = { version = "LuaJIT 2.1.0-beta3", version_num = 20100.0, os = "Linux", arch = "x64" }
for _, name in ipairs({ "on", "off", "flush" }) do jit[name] = function() end end
function jit.status() return true end
package.loaded.bit, package.loaded.jit = bit, jit

-- Code
local function compile(text, name, environment)
  local shown = name:match("^[@=](.*)") or '[string "' .. (name:match("^[^\n]*")):sub(1, 40) .. '"]'
  local out = host.rewrite(text, shown)
  if sub(out, 1, 1) == "0" then return nil, sub(out, 2) end
  return rawload(sub(out, 2), name, "t", environment)
end
own.compile = compile
function load(chunk, name, _, environment)
  if type(chunk) == "function" then
    local parts = {}
    for part in chunk do if part == "" then break end parts[#parts + 1] = part end
    chunk, name = rawconcat(parts), name or "=(load)"
  end
  return compile(chunk, name or chunk, environment or _G)
end
function loadstring(text, name) return load(text, name) end
function loadfile(path)
  local text = host.read(path)
  if sub(text, 1, 1) == "0" then return nil, "cannot open " .. path .. ": " .. sub(text, 2) end
  return compile(sub(text, 2), "@" .. path, _G)
end
function dofile(path)
  local f, why = loadfile(path)
  if not f then error(why, 0) end
  return f()
end
local function environmentOf(f)
  for i = 1, 255 do
    local name = getupvalue(f, i)
    if name == nil then return nil end
    if name == "_ENV" then return i end
  end
end
local function functionOf(f)
  if type(f) ~= "number" then return f end
  return f == 0 and nil or getinfo(cut(f) + 2, "f").func
end
function setfenv(f, environment)
  f = functionOf(f)
  if rawget(environment, "__cat") == nil then
    rawset(environment, "__cat", cat)
    rawset(environment, "__mod", __mod)
  end
  local i = f and environmentOf(f)
  if i then upvaluejoin(f, i, function() return environment end, 1) end
  return f
end
function getfenv(f)
  f = functionOf(f == nil and 1 or f)
  local i = f and environmentOf(f)
  if not i then return _G end
  local _, environment = getupvalue(f, i)
  return environment
end
local REFUSED = { ffi = true, socket = true, lfs = true, ["jit.util"] = true, posix = true }
package.searchers[2] = function(name)
  local tried = {}
  local file = gsub(name, "%.", "/")
  for template in gmatch(package.path, "[^;]+") do
    local path = gsub(template, "%?", (gsub(file, "%%", "%%%%")))
    local text = host.read(path)
    if sub(text, 1, 1) == "1" then
      local f, why = compile(sub(text, 2), "@" .. path, _G)
      if not f then error("error loading module '" .. name .. "' from file '" .. path .. "':\n\t" .. why, 0) end
      return f, path
    end
    tried[#tried + 1] = "\n\tno file '" .. path .. "'"
  end
  if own.json[name] then return function() return own.json[name] end, name end
  if REFUSED[name] or REFUSED[name:match("^[^.]*")] then error(host.refuse("require(\"" .. name .. "\")"), 0) end
  return rawconcat(tried)
end
package.searchers[3], package.searchers[4] = nil, nil
package.loaders, package.cpath = package.searchers, ""
function package.loadlib() error(host.refuse("package.loadlib"), 0) end

-- Files and output
local rawopen, rawlines, rawinput = io.open, io.lines, io.input
local function prepared(path, mode)
  if type(path) == "number" then path = num(path) end
  local refused = host.mount(path)
  if refused == nil and mode and not mode:find("^rb?$") then host.written(path) end
  return refused, path
end
function io.open(path, mode)
  local refused, name = prepared(path, mode)
  if refused then return nil, name .. ": " .. refused, 2 end
  return rawopen(name, mode)
end
function io.lines(path, ...)
  if path == nil then return rawlines(path, ...) end
  local refused, name = prepared(path)
  if refused then error(name .. ": " .. refused, 2) end
  return rawlines(name, ...)
end
function io.input(path)
  if type(path) == "string" then
    local refused, name = prepared(path)
    if refused then error(name .. ": " .. refused, 2) end
  end
  return rawinput(path)
end
local stdout, stderr = io.stdout, io.stderr
local methods = getmetatable(stdout).__index
local rawwrite, rawoutput = methods.write, io.output
function methods.write(file, ...)
  local parts = { ... }
  for i = 1, #parts do if type(parts[i]) == "number" then parts[i] = num(parts[i]) end end
  if file ~= stdout and file ~= stderr then return rawwrite(file, unpack(parts)) end
  host.out(file == stdout and "1" or "2", rawconcat(parts))
  return file
end
function io.write(...) return methods.write(rawoutput(), ...) end
function print(...)
  local parts = pack(...)
  for i = 1, parts.n do parts[i] = tostring(parts[i]) end
  host.out("1", rawconcat(parts, "\t", 1, parts.n) .. "\n")
end
function io.popen() error(host.refuse("io.popen"), 0) end

-- The system
local rawtime, rawdate = os.time, os.date
function os.execute() error(host.refuse("os.execute"), 0) end
function os.exit(code)
  if code == nil or code == true then code = 0 elseif code == false then code = 1 end
  host.exit(num(cut(code)))
  error("os.exit", 0)
end
function os.getenv(name) return host.getenv(name) end
function os.clock() own.timed = true return rawtonumber(host.clock()) end
function os.time(t)
  if t == nil then own.timed = true end
  return rawtime(t) + 0.0
end
function os.date(format, t)
  format = format or "%c"
  if t == nil then own.timed = true end
  t = t and cut(t) or rawtime()
  if sub(format, 1, 1) == "!" then return rawdate(format, t) end
  local offset = tointeger(rawtonumber(host.offset(rawtostring(t))))
  local zone = rawformat("%s%02d%02d", offset < 0 and "-" or "+", math.abs(offset) // 3600, math.abs(offset) // 60 % 60)
  return rawdate("!" .. gsub(format, "%%z", zone), t + offset)
end
os.difftime = function(a, b) return a - (b or 0) end

local running = coroutine.running
function coroutine.running()
  local this, isMain = running()
  return not isMain and this or nil
end
function gcinfo() return collectgarbage("count") end

table.unpack, table.pack, string.pack, string.unpack, string.packsize, utf8, warn, rawlen = nil
math.type, math.tointeger, math.ult, math.maxinteger, math.mininteger, coroutine.close = nil
package.loaded.utf8 = nil
_G.unpack, _VERSION = unpack, "Lua 5.1"
`;
