-- ARGV: epoch, then for each claim: its id, and what its unit is from now on, `confirmed` or `left`.

if stale() then
  return false
end
local ids = {}
for at = 2, #ARGV, 2 do
  table.insert(ids, ARGV[at])
end
if #ids == 0 then
  return 1
end

local open = redis.call('HMGET', claims, unpack(ids))
local ended, seen = {}, {}
for i, id in ipairs(ids) do
  if open[i] and not seen[id] then
    seen[id] = true
    end_claim(open[i], ARGV[2 * i + 1])
    table.insert(ended, id)
  end
end
if not can_change() then
  return false
end

make_changes(ended)
return 1
