-- ARGV: epoch, then for each unit: the id of the claim it was won by, and its item.

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
local earlier = redis.call('SMISMEMBER', returned, unpack(ids))
local ended, seen, given = {}, {}, {}
for i, id in ipairs(ids) do
  -- A unit that this call returns was confirmed by this call at the latest.
  if open[i] and not seen[id] then
    end_claim(open[i], 'confirmed')
    table.insert(ended, id)
  end
  if earlier[i] == 0 and not seen[id] then
    local item = ARGV[2 * i + 1]
    local field = 'confirmed ' .. item
    local confirmed = tonumber(redis.call('HGET', units, field) or 0) + (changes[field] or 0)
    if confirmed > 0 then
      change(field, -1)
      change('left ' .. item, 1)
    end
    table.insert(given, id)
  end
  seen[id] = true
end
if not can_change() then
  return false
end

if #given > 0 then
  redis.call('SADD', returned, unpack(given))
end
make_changes(ended)
return 1
