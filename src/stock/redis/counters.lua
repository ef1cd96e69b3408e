-- ARGV: epoch. Answers the fields of all items and their values in turn.

if stale() then
  return false
end
local stored = redis.call('HGETALL', units)
local answers, claimed = {}, 0
for at = 1, #stored, 2 do
  local field, value = stored[at], stored[at + 1]
  -- Only what counts an item has a space in its name.
  if string.find(field, ' ', 1, true) then
    table.insert(answers, field)
    table.insert(answers, value)
    if string.find(field, 'claimed ', 1, true) == 1 then
      claimed = claimed + tonumber(value)
    end
  end
end
-- Claims that are counted and not there, or the other way round, are not what these scripts wrote. One of them is the mark.
if claimed ~= redis.call('HLEN', claims) - 1 or claimed ~= redis.call('ZCARD', times) - 1 then
  return false
end
return answers
