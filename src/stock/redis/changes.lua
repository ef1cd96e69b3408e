-- What scripts share that change units: changes are gathered, checked, and made together.

local changes = {}

local function change(field, by)
  changes[field] = (changes[field] or 0) + by
end

-- Ends an open claim, a text of `claims`: its unit is `confirmed` or `left` from now on.
local function end_claim(claim, as)
  local item = string.match(claim, '^%d+ (.+)$')
  change('claimed ' .. item, -1)
  change(as .. ' ' .. item, 1)
end

-- Invariant: no counter is below zero. Counters that would be, or that are not there, are not what was filled: they are stale.
local function can_change()
  for field, by in pairs(changes) do
    local count = tonumber(redis.call('HGET', units, field) or nil)
    if not count or count + by < 0 then
      return false
    end
  end
  return true
end

-- Forgets claims that ended, and makes the changes.
local function make_changes(ended)
  if #ended > 0 then
    redis.call('HDEL', claims, unpack(ended))
    redis.call('ZREM', times, unpack(ended))
  end
  for field, by in pairs(changes) do
    redis.call('HINCRBY', units, field, by)
  end
end
